package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
)

// A checker type-checks packages for one platform. packages has the packages that were already checked.
type checker struct {
	fset     *token.FileSet
	sizes    types.Sizes
	packages map[string]*types.Package
}

// check returns the type errors of the module on a platform such as "linux/arm64".
func check(platform string) (found []error) {
	goos, arch, ok := strings.Cut(platform, "/")
	if !ok {
		return []error{fmt.Errorf("%q is not GOOS/GOARCH", platform)}
	}
	listed, err := list(goos, arch)
	if err != nil {
		return []error{fmt.Errorf("%s: %w", platform, err)}
	}
	c := checker{fset: token.NewFileSet(), sizes: types.SizesFor("gc", arch), packages: map[string]*types.Package{"unsafe": types.Unsafe}}
	for _, p := range listed { // dependencies come first
		for _, err := range c.check(p) {
			found = append(found, fmt.Errorf("%s: %w", platform, err))
		}
	}
	return found
}

// check type-checks a package. In packages of other modules it checks only declarations.
func (c *checker) check(p *listedPackage) (found []error) {
	var files []*ast.File
	for _, name := range p.GoFiles {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(p.Dir, name)
		}
		file, err := parser.ParseFile(c.fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return []error{err}
		}
		files = append(files, file)
	}
	if !p.DepOnly && len(p.SFiles) == 0 {
		found = c.withoutBody(files)
	}
	config := types.Config{
		Importer:         importer{c, p.ImportMap},
		Sizes:            c.sizes,
		IgnoreFuncBodies: p.DepOnly,
		Error:            func(err error) { found = append(found, err) },
	}
	if p.Module != nil && p.Module.GoVersion != "" {
		config.GoVersion = "go" + p.Module.GoVersion
	}
	checked, err := config.Check(p.ImportPath, c.fset, files, nil)
	if err != nil && len(found) == 0 {
		found = []error{err}
	}
	c.packages[p.ImportPath] = checked
	return found
}

// withoutBody returns an error for each function that has no body, although the package has no assembly.
func (c *checker) withoutBody(files []*ast.File) (found []error) {
	for _, file := range files {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body == nil {
				found = append(found, fmt.Errorf("%s: %s has no body", c.fset.Position(f.Pos()), f.Name.Name))
			}
		}
	}
	return found
}

// An importer resolves the imports of one package.
type importer struct {
	*checker
	mapped map[string]string
}

func (i importer) Import(path string) (*types.Package, error) {
	if actual, ok := i.mapped[path]; ok {
		path = actual
	}
	if p := i.packages[path]; p != nil {
		return p, nil
	}
	return nil, errors.New("not listed: " + path)
}
