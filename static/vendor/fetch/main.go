// Fetch downloads the files of static/vendor from their npm packages: make vendor.
//
// VENDOR.txt lists each file, its package and its SHA-256. A file with different bytes is not
// written, and fetch exits with status 1. The strip of icons is built here from those listed
// below. For a new version or icon, change it in VENDOR.txt or here and run with -update, which
// writes the new hashes.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// built stands in VENDOR.txt instead of a path if a file is built from several.
const built = "(built by fetch)"

// icons maps the name of an icon in our pages, which is its meaning, to its name in Lucide.
// app.css lists them in the same order.
var icons = [][2]string{
	{"home", "house"},
	{"org", "building-2"},
	{"people", "users"},
	{"feed", "activity"},
	{"todo", "list-checks"},
	{"view", "bookmark"},
	{"users", "user-cog"},
	{"roles", "shield-check"},
	{"audit", "scroll-text"},
	{"search", "search"},
	{"plus", "plus"},
	{"call", "phone"},
	{"email", "mail"},
	{"meeting", "calendar"},
	{"note", "sticky-note"},
	{"pen", "pencil"},
	{"trash", "trash-2"},
	{"x", "x"},
	{"check", "check"},
	{"down", "chevron-down"},
	{"right", "chevron-right"},
	{"to", "arrow-right"},
	{"sortd", "arrow-down"},
	{"more", "ellipsis"},
	{"link", "link-2"},
	{"unlink", "unlink"},
	{"globe", "globe"},
	{"alert", "circle-alert"},
	{"eye", "eye"},
	{"user", "user-plus"},
	{"clock", "clock"},
	{"archive", "archive"},
	{"restore", "archive-restore"},
	{"history", "history"},
	{"lock", "lock"},
	{"download", "download"},
	{"filter", "list-filter"},
	{"left", "chevron-left"},
	{"sortu", "arrow-up"},
	{"logout", "log-out"},
	{"sun", "sun"},
	{"moon", "moon"},
	{"screen", "monitor"},
	{"mobile", "smartphone"},
	{"key", "key-round"},
	{"keys", "keyboard"},
	{"copy", "copy"},
	{"server", "server"},
	{"hook", "webhook"},
	{"tag", "tag"},
}

func main() {
	update := flag.Bool("update", false, "write the hashes of what was fetched to VENDOR.txt")
	flag.Parse()
	if err := run(filepath.Join("static", "vendor"), *update); err != nil {
		fmt.Fprintln(os.Stderr, "fetch:", err)
		os.Exit(1)
	}
}

// run fetches every file in dir/VENDOR.txt. It must be run in the module's folder.
func run(dir string, update bool) error {
	listPath := filepath.Join(dir, "VENDOR.txt")
	list, err := os.ReadFile(listPath)
	if err != nil {
		return err
	}
	packages := map[string]map[string][]byte{}
	lines := strings.Split(string(list), "\n")
	var wrong []error
	for i, line := range lines {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		if len(f) < 5 {
			return fmt.Errorf("VENDOR.txt line %d: want file, package, licence, SHA-256 and path", i+1)
		}
		name, pkg, sum, path := f[0], f[1], f[3], strings.Join(f[4:], " ")
		if packages[pkg] == nil {
			if packages[pkg], err = pack(pkg); err != nil {
				return err
			}
		}
		data, err := content(packages[pkg], path)
		if err != nil {
			return fmt.Errorf("%s: %w", pkg, err)
		}
		if got := fmt.Sprintf("%x", sha256.Sum256(data)); got != sum {
			if !update {
				wrong = append(wrong, fmt.Errorf("%s: SHA-256 is %s, VENDOR.txt says %s; not written", name, got, sum))
				continue
			}
			lines[i] = strings.Replace(line, sum, got, 1)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), data, 0o644); err != nil {
			return err
		}
	}
	if update {
		if err := os.WriteFile(listPath, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
			return err
		}
	}
	return errors.Join(wrong...)
}

// content returns the file at path of a package, or the strip, which is built from several.
func content(files map[string][]byte, path string) ([]byte, error) {
	if path == built {
		return strip(files)
	}
	data, ok := files[path]
	if !ok {
		return nil, fmt.Errorf("has no file %s", path)
	}
	return data, nil
}

// pack returns the files of an npm package (name@version) by path.
func pack(pkg string) (map[string][]byte, error) {
	tmp, err := os.MkdirTemp("", "fetch")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	cmd := exec.Command("npm", "pack", "--silent", "--pack-destination", tmp, pkg)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("npm pack %s: %w", pkg, err)
	}
	names, err := filepath.Glob(filepath.Join(tmp, "*.tgz"))
	if err != nil || len(names) != 1 {
		return nil, fmt.Errorf("npm pack %s: wrote %d packages, want 1", pkg, len(names))
	}
	tgz, err := os.ReadFile(names[0])
	if err != nil {
		return nil, err
	}
	plain, err := gzip.NewReader(bytes.NewReader(tgz))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pkg, err)
	}
	files := map[string][]byte{}
	for r := tar.NewReader(plain); ; {
		h, err := r.Next()
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pkg, err)
		}
		if files[strings.TrimPrefix(h.Name, "package/")], err = io.ReadAll(r); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", pkg, h.Name, err)
		}
	}
}

var (
	comment = regexp.MustCompile(`(?s)<!--.*?-->`)
	inside  = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)
	space   = regexp.MustCompile(`\s+`)
)

// strip draws our icons side by side, each with its name as its id, for the masks in app.css.
func strip(files map[string][]byte) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d 24" fill="none" stroke="#000" stroke-width="1.75" `+
		`stroke-linecap="round" stroke-linejoin="round">`, 24*len(icons))
	for i, icon := range icons {
		shapes, err := shapesOf(files, icon[1])
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, `<g id="%s" transform="translate(%d)">%s</g>`, icon[0], 24*i, shapes)
	}
	b.WriteString("</svg>")
	return b.Bytes(), nil
}

// shapesOf returns what is inside an icon's SVG.
func shapesOf(files map[string][]byte, icon string) ([]byte, error) {
	m := inside.FindSubmatch(comment.ReplaceAll(files["icons/"+icon+".svg"], nil))
	if m == nil {
		return nil, fmt.Errorf("has no icon %s", icon)
	}
	return bytes.TrimSpace(space.ReplaceAll(m[1], []byte(" "))), nil
}
