// Package manifests reads what is in deploy/kubernetes and deploy/compose with
// the code that reads it in earnest: kustomize, the types of the Kubernetes API,
// and compose. It is a module of its own, so that promferry needs none of them.
package manifests
