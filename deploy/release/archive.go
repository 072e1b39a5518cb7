package main

import (
	"archive/tar"
	"archive/zip"
	"cmp"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A member is a file of an archive. All else about it is the same for all: the
// time of the release, and no owner.
type member struct {
	name string // in the archive
	path string // here
	mode int64
}

// members are the files of an archive, sorted. Those of the source stand where
// they do there, so that links from one to another lead somewhere.
func (r *release) members(p platform, binary string) ([]member, error) {
	files := []member{{p.binaryName(), binary, 0o755}}
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		files = append(files, member{name, name, 0o644})
	}
	for _, name := range []string{"man/promferry.1.gz", "completions/promferry.bash", "completions/_promferry", "completions/promferry.fish"} {
		files = append(files, member{name, filepath.Join(r.dist, name), 0o644})
	}
	files = append(files, member{"promferry.hcl", "deploy/packaging/etc/promferry.hcl", 0o644})
	for _, dir := range []string{"configs/examples", "deploy/compose", "deploy/grafana", "deploy/kubernetes", "deploy/prometheus", "deploy/systemd", "docs"} {
		inside, err := filesIn(dir)
		if err != nil {
			return nil, err
		}
		files = append(files, inside...)
	}
	top := r.name(p) + "/"
	for i := range files {
		files[i].name = top + files[i].name
	}
	slices.SortFunc(files, func(a, b member) int { return cmp.Compare(a.name, b.name) })
	return files, nil
}

// filesIn are all files of a directory, and of those in it.
func filesIn(dir string) (files []member, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, member{filepath.ToSlash(path), path, 0o644})
		}
		return err
	})
	return files, err
}

// name is that of the archive without its extension, and of its directory.
func (r *release) name(p platform) string { return "promferry_" + r.version + "_" + p.String() }

// archive writes a zip for Windows, and a tar.gz for all others.
func (r *release) archive(p platform, binary string) (path string, err error) {
	write, extension := writeTarGz, ".tar.gz"
	if p.os == "windows" {
		write, extension = writeZip, ".zip"
	}
	files, err := r.members(p, binary)
	if err != nil {
		return "", err
	}
	path = filepath.Join(r.dist, r.name(p)+extension)
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	return path, errors.Join(write(f, files, r.time), f.Close())
}

func writeTarGz(to io.Writer, files []member, at time.Time) error {
	zipped, err := gzip.NewWriterLevel(to, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zipped)
	for _, m := range files {
		size, err := sizeOf(m.path)
		if err != nil {
			return err
		}
		header := &tar.Header{Name: m.name, Mode: m.mode, Size: size, ModTime: at, Format: tar.FormatUSTAR}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if err := copyFile(archive, m.path); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), zipped.Close())
}

func writeZip(to io.Writer, files []member, at time.Time) error {
	archive := zip.NewWriter(to)
	for _, m := range files {
		header := &zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: at}
		header.SetMode(os.FileMode(m.mode))
		w, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if err := copyFile(w, m.path); err != nil {
			return err
		}
	}
	return archive.Close()
}

func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func copyFile(to io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(to, f)
	return err
}
