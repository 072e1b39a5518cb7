package manifests

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

const kubernetes = "../../deploy/kubernetes/"

// An object is one that kubectl would apply.
type object struct {
	kind, name string
	text       []byte
}

// build is `kubectl kustomize`.
func build(t *testing.T, dir string) (all []object) {
	t.Helper()
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), kubernetes+dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range resources.Resources() {
		text, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, object{r.GetKind(), r.GetName(), text})
	}
	return all
}

// decode is strict: a field that the API does not have is an error.
func decode[T any](t *testing.T, o object) *T {
	t.Helper()
	into := new(T)
	if err := yaml.UnmarshalStrict(o.text, into); err != nil {
		t.Fatalf("%s %s: %v\n%s", o.kind, o.name, err, o.text)
	}
	return into
}

// one returns the only object of the kind whose name begins so.
func one(t *testing.T, all []object, kind, prefix string) object {
	t.Helper()
	var found []object
	for _, o := range all {
		if o.kind == kind && strings.HasPrefix(o.name, prefix) {
			found = append(found, o)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d objects of kind %s, %s…, want one", len(found), kind, prefix)
	}
	return found[0]
}

// TestSidecar builds the example: the app as it was, and promferry beside it.
func TestSidecar(t *testing.T) {
	all := build(t, "example")
	pod := decode[appsv1.Deployment](t, one(t, all, "Deployment", "shop")).Spec.Template.Spec
	if len(pod.Containers) != 1 || pod.Containers[0].Name != "shop" || len(pod.InitContainers) != 1 {
		t.Fatalf("containers %v, init containers %v, want the app's and promferry", names(pod.Containers), names(pod.InitContainers))
	}
	c := pod.InitContainers[0]
	if c.RestartPolicy == nil || *c.RestartPolicy != corev1.ContainerRestartPolicyAlways {
		t.Error("promferry is no sidecar: its restartPolicy is not Always")
	}
	if c.Image != "registry.example.net/promferry:v1.0.0" {
		t.Errorf("image %s, want the one of the kustomization", c.Image)
	}
	checkLocked(t, pod, c)
	checkProbes(t, c)
	checkVolume(t, pod, c)
	checkFields(t, c)
	if *pod.TerminationGracePeriodSeconds <= 10 {
		t.Errorf("%ds to end, want more than the 10s of --shutdown.timeout", *pod.TerminationGracePeriodSeconds)
	}

	files := mounted(t, all, pod, c)
	checkConfig(t, files, "promferry.hcl", environmentOf(c))
	checkRuns(t, files, c.Args, environmentOf(c))
}

// TestPlaceholder: an image that nobody has named can come from nowhere (.invalid
// is no domain, RFC 2606).
func TestPlaceholder(t *testing.T) {
	for _, file := range []string{"sidecar/sidecar.yaml", "job/once.yaml"} {
		text, err := os.ReadFile(kubernetes + file)
		if err != nil {
			t.Fatal(err)
		}
		if images := regexp.MustCompile(`(?m)^ +image: (\S+)`).FindAllStringSubmatch(string(text), -1); len(images) != 1 || images[0][1] != "registry.invalid/promferry" {
			t.Errorf("%s: images %q, want registry.invalid/promferry", file, images)
		}
	}
}

// TestJobs builds the CronJobs.
func TestJobs(t *testing.T) {
	all := build(t, "job")
	for _, name := range []string{"backup", "promferry-once"} {
		pod := decode[batchv1.CronJob](t, one(t, all, "CronJob", name)).Spec.JobTemplate.Spec.Template.Spec
		c := pod.Containers[0]
		checkLocked(t, pod, c)
		words := append(c.Command, c.Args...)
		if words[0] == "/promferry" {
			words = words[1:]
		}
		checkFlags(t, words)
		if name == "promferry-once" {
			if mount := pod.AutomountServiceAccountToken; mount == nil || *mount {
				t.Error("promferry has a token for the cluster's API, of which it asks nothing")
			}
			checkConfig(t, mounted(t, all, pod, c), "once.hcl", nil)
		}
	}
}

// checkLocked wants a container that may do nothing but its work, as the
// restricted standard of pod security says, and cannot write.
func checkLocked(t *testing.T, pod corev1.PodSpec, c corev1.Container) {
	t.Helper()
	s := c.SecurityContext
	if s == nil {
		t.Fatalf("%s has no securityContext", c.Name)
	}
	seccomp, nonRoot := s.SeccompProfile, s.RunAsNonRoot
	if p := pod.SecurityContext; p != nil {
		if seccomp == nil {
			seccomp = p.SeccompProfile
		}
		if nonRoot == nil {
			nonRoot = p.RunAsNonRoot
		}
	}
	yes := func(b *bool) bool { return b != nil && *b }
	for what, good := range map[string]bool{
		"runAsNonRoot":             yes(nonRoot),
		"readOnlyRootFilesystem":   yes(s.ReadOnlyRootFilesystem),
		"allowPrivilegeEscalation": s.AllowPrivilegeEscalation != nil && !*s.AllowPrivilegeEscalation,
		"capabilities":             s.Capabilities != nil && len(s.Capabilities.Add) == 0 && slices.Equal(s.Capabilities.Drop, []corev1.Capability{"ALL"}),
		"seccompProfile":           seccomp != nil && seccomp.Type == corev1.SeccompProfileTypeRuntimeDefault,
		"resources":                !c.Resources.Requests.Cpu().IsZero() && !c.Resources.Limits.Memory().IsZero(),
	} {
		if !good {
			t.Errorf("container %s: %s is not as it should be", c.Name, what)
		}
	}
}

// checkProbes wants a command that the program has, and only the probe that the
// app does not depend on.
func checkProbes(t *testing.T, c corev1.Container) {
	t.Helper()
	if c.StartupProbe != nil || c.ReadinessProbe != nil {
		t.Error("a startup or readiness probe of promferry decides about the app")
	}
	if c.LivenessProbe == nil || c.LivenessProbe.Exec == nil || c.LivenessProbe.Exec.Command[0] != "/promferry" {
		t.Fatal("the liveness probe does not ask promferry")
	}
	checkFlags(t, c.LivenessProbe.Exec.Command[1:])
}

// checkVolume wants files that promferry can read, and others cannot, without a
// change of the app's pod; and a Secret that may be missing.
func checkVolume(t *testing.T, pod corev1.PodSpec, c corev1.Container) {
	t.Helper()
	if pod.SecurityContext != nil && pod.SecurityContext.FSGroup != nil {
		t.Error("an fsGroup changes the app's volumes")
	}
	for _, v := range pod.Volumes {
		if v.Projected == nil {
			continue
		}
		if mode := v.Projected.DefaultMode; mode == nil || *mode != 0o440 {
			t.Errorf("volume %s: mode %v, want 0440", v.Name, mode)
		}
		if group := c.SecurityContext.RunAsGroup; group == nil || *group != 0 {
			t.Errorf("group %v, want that of the files, 0", group)
		}
		for _, source := range v.Projected.Sources {
			if s := source.Secret; s != nil && (s.Optional == nil || !*s.Optional) {
				t.Errorf("without a Secret %s the pod would not start", s.Name)
			}
		}
	}
}

// checkFields wants fields that the downward API has for variables.
func checkFields(t *testing.T, c corev1.Container) {
	t.Helper()
	for _, v := range c.Env {
		if v.ValueFrom == nil || v.ValueFrom.FieldRef == nil || !slices.Contains([]string{"metadata.name", "metadata.namespace", "spec.nodeName"}, v.ValueFrom.FieldRef.FieldPath) {
			t.Errorf("variable %s does not come from a field of the pod", v.Name)
		}
	}
}

// environmentOf gives each variable a value.
func environmentOf(c corev1.Container) (env []string) {
	for _, v := range c.Env {
		env = append(env, fmt.Sprintf("%s=the-%s", v.Name, strings.ToLower(v.Name)))
	}
	return env
}

// mounted returns the files of the container's only directory, by name.
func mounted(t *testing.T, all []object, pod corev1.PodSpec, c corev1.Container) map[string]string {
	t.Helper()
	if len(c.VolumeMounts) != 1 || c.VolumeMounts[0].MountPath != "/etc/promferry" || !c.VolumeMounts[0].ReadOnly {
		t.Fatalf("mounts %v, want /etc/promferry, to be read", c.VolumeMounts)
	}
	files := make(map[string]string)
	for _, v := range pod.Volumes {
		if v.Name != c.VolumeMounts[0].Name {
			continue
		}
		if v.ConfigMap != nil {
			addConfigMap(t, files, all, v.ConfigMap.Name)
		}
		if v.Projected == nil {
			continue
		}
		for _, source := range v.Projected.Sources {
			if source.ConfigMap != nil {
				addConfigMap(t, files, all, source.ConfigMap.Name)
			}
			if source.Secret != nil {
				for name, data := range decode[corev1.Secret](t, one(t, all, "Secret", source.Secret.Name)).Data {
					files[name] = string(data)
				}
			}
		}
	}
	return files
}

func addConfigMap(t *testing.T, files map[string]string, all []object, name string) {
	t.Helper()
	for file, data := range decode[corev1.ConfigMap](t, one(t, all, "ConfigMap", name)).Data {
		files[file] = data
	}
}

func names(containers []corev1.Container) (all []string) {
	for _, c := range containers {
		all = append(all, c.Name)
	}
	return all
}
