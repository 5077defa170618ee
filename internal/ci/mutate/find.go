package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// A mutant is one change to one file.
type mutant struct {
	file, what string
	line       int
	code       string // the changed line
	edits      []edit
	alone      bool // the change can't be woven into the program and needs a build with only these edits
	dropped    bool // the changed code does not compile
}

// id identifies a change independently of its line number.
func (m *mutant) id() string { return fmt.Sprintf("%s: %s: %s", m.file, m.what, m.code) }

// An edit replaces bytes of a file.
type edit struct {
	at, end int
	text    string
	closes  bool // inserted after the node, not before it
}

// A pkg is a package and its changes.
type pkg struct {
	dir     string
	name    string
	sources map[string][]byte // by file
	mutants []*mutant
}

// load finds the changes of the package in a directory such as ./storage.
func load(dir string) (*pkg, error) {
	p := &pkg{dir: dir, sources: map[string][]byte{}}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		built, err := build.Default.MatchFile(filepath.Split(name))
		if strings.HasSuffix(name, "_test.go") || err != nil || !built {
			continue
		}
		if p.sources[name], err = os.ReadFile(name); err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(fset, name, p.sources[name], parser.ParseComments)
		if err != nil {
			return nil, err
		}
		p.name = f.Name.Name
		files = append(files, f)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	imports, err := exports(dir)
	if err != nil {
		return nil, err
	}
	checker := types.Config{Importer: importer.ForCompiler(fset, "gc", imports)}
	checked, err := checker.Check(dir, fset, files, info)
	if err != nil {
		return nil, err
	}
	for i, f := range files {
		w := &finder{p: p, fset: fset, info: info, here: checked, file: fset.File(f.Pos()).Name(), tree: files[i], idle: map[*ast.BasicLit]bool{}}
		w.find()
	}
	return p, nil
}

// exports returns the paths of the compiled packages that a package imports.
func exports(dir string) (importer.Lookup, error) {
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", dir).Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	return func(path string) (io.ReadCloser, error) { return os.Open(files[path]) }, nil
}

// A finder finds the changes in one file.
type finder struct {
	p    *pkg
	fset *token.FileSet
	info *types.Info
	here *types.Package
	file string
	tree *ast.File
	idle map[*ast.BasicLit]bool // numbers that are not changed
}

func (w *finder) find() {
	constant := 0 // nesting depth of code that has to be constant
	var stack []ast.Node
	ast.Inspect(w.tree, func(n ast.Node) bool {
		if n == nil {
			if fixed(stack[len(stack)-1]) {
				constant--
			}
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		if fixed(n) {
			constant++
		}
		w.visit(n, constant > 0)
		return true
	})
}

// fixed reports whether the code below a node has to be constant.
func fixed(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GenDecl:
		return n.Tok == token.CONST
	case *ast.ArrayType:
		return true
	}
	return false
}

func (w *finder) visit(n ast.Node, constant bool) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		w.binary(n)
	case *ast.IfStmt:
		if b, ok := n.Cond.(*ast.BinaryExpr); !ok || b.Op != token.EQL && b.Op != token.NEQ {
			w.wrap("the condition is negated", n.Cond, "mutNot(%d, ", ")")
		}
	case *ast.ReturnStmt:
		w.besideError(n)
	case *ast.CallExpr:
		w.capacity(n)
	case *ast.BasicLit:
		if !w.idle[n] {
			w.number(n, constant)
		}
	case *ast.BlockStmt:
		w.leaveOut(n.List)
	case *ast.CaseClause:
		w.leaveOut(n.Body)
	case *ast.CommClause:
		w.leaveOut(n.Body)
	}
}

// exchanged has the replacement of each operator, and the helper function that executes one of the two.
var exchanged = map[token.Token]struct{ other, function string }{
	token.LSS: {"<=", "mutLess"}, token.LEQ: {"<", "mutLessOrEqual"}, token.GTR: {">=", "mutGreater"}, token.GEQ: {">", "mutGreaterOrEqual"},
	token.ADD: {"-", "mutAdd"}, token.SUB: {"+", "mutSubtract"}, token.LAND: {"||", "mutAnd"}, token.LOR: {"&&", "mutOr"},
}

func (w *finder) binary(n *ast.BinaryExpr) {
	t := w.info.Types[n]
	x, ok := exchanged[n.Op]
	switch {
	case t.Value != nil:
	case n.Op == token.EQL:
		w.wrap("== becomes !=", n, "mutNot(%d, ", ")")
	case n.Op == token.NEQ:
		w.wrap("!= becomes ==", n, "mutNot(%d, ", ")")
	case !ok:
	case n.Op == token.LAND || n.Op == token.LOR:
		m := w.wrap(n.Op.String()+" becomes "+x.other, n, x.function+"(%d, ", "; return })")
		w.replace(m, n.OpPos, n.Op.String(), ", func() (mutResult bool) { mutResult = ")
	default:
		if b, ok := w.info.Types[n.X].Type.Underlying().(*types.Basic); n.Op == token.ADD && (!ok || b.Info()&types.IsNumeric == 0) {
			return
		}
		m := w.wrap(n.Op.String()+" becomes "+x.other, n, x.function+"(%d, ", ")")
		w.replace(m, n.OpPos, n.Op.String(), ",")
	}
}

// capacity excludes the arguments of make from the changes, because changing a capacity changes no result. It also
// excludes the sign of infinity.
func (w *finder) capacity(n *ast.CallExpr) {
	switch f := n.Fun.(type) {
	case *ast.Ident:
		if f.Name != "make" {
			return
		}
	case *ast.SelectorExpr:
		if f.Sel.Name != "Inf" && f.Sel.Name != "IsInf" {
			return
		}
	default:
		return
	}
	for _, arg := range n.Args {
		if lit, ok := arg.(*ast.BasicLit); ok {
			w.idle[lit] = true
		}
	}
}

// besideError excludes the numbers that are returned together with an error or false.
func (w *finder) besideError(n *ast.ReturnStmt) {
	if len(n.Results) < 2 {
		return
	}
	last := n.Results[len(n.Results)-1]
	id, _ := last.(*ast.Ident)
	isError := types.AssignableTo(w.info.Types[last].Type, types.Universe.Lookup("error").Type())
	if id != nil && (id.Name == "nil" || id.Name == "true") || !isError && (id == nil || id.Name != "false") {
		return
	}
	for _, r := range n.Results {
		if lit, ok := r.(*ast.BasicLit); ok {
			w.idle[lit] = true
		}
	}
}

func (w *finder) number(n *ast.BasicLit, constant bool) {
	v, err := strconv.Atoi(n.Value)
	if n.Kind != token.INT || err != nil {
		return
	}
	what := fmt.Sprintf("%d becomes %d", v, v+1)
	if constant {
		m := w.add(what, n.Pos())
		m.alone = true
		m.edits = []edit{{at: w.offset(n.Pos()), end: w.offset(n.End()), text: strconv.Itoa(v + 1)}}
		return
	}
	name := types.TypeString(w.info.Types[n].Type, func(p *types.Package) string {
		if p == w.here {
			return ""
		}
		return p.Name()
	})
	if strings.HasPrefix(name, "untyped") {
		name = "int"
	}
	w.wrap(what, n, "mutNumber["+name+"](%d, ", ")")
}

// leaveOut adds a change for each statement of a block that can be left out: calls, assignments, defers.
func (w *finder) leaveOut(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt:
			if call, ok := s.X.(*ast.CallExpr); ok {
				if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "panic" {
					continue
				}
			}
		case *ast.DeferStmt, *ast.IncDecStmt:
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				continue
			}
		default:
			continue
		}
		w.wrap("the statement is left out", s, "if !mutOn(%d) { ", " }")
	}
}

func (w *finder) offset(pos token.Pos) int { return w.fset.Position(pos).Offset }

func (w *finder) add(what string, at token.Pos) *mutant {
	line := w.fset.Position(at).Line
	code := strings.Split(string(w.p.sources[w.file]), "\n")[line-1]
	m := &mutant{file: w.file, what: what, line: line, code: strings.TrimSpace(code)}
	w.p.mutants = append(w.p.mutants, m)
	return m
}

// wrap weaves a change around a node. before contains %d for the number of the change.
func (w *finder) wrap(what string, n ast.Node, before, after string) *mutant {
	at := n.Pos()
	if b, ok := n.(*ast.BinaryExpr); ok {
		at = b.OpPos
	}
	m := w.add(what, at)
	m.edits = []edit{
		{at: w.offset(n.Pos()), end: w.offset(n.Pos()), text: fmt.Sprintf(before, len(w.p.mutants)-1)},
		{at: w.offset(n.End()), end: w.offset(n.End()), text: after, closes: true},
	}
	return m
}

func (w *finder) replace(m *mutant, pos token.Pos, old, text string) {
	at := w.offset(pos)
	m.edits = append(m.edits, edit{at: at, end: at + len(old), text: text})
}
