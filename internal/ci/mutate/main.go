// Command mutate asks whether tests would notice mistakes: it makes one small change at a time to the
// code of packages, runs their tests, and lists the changes that no test has noticed.
//
//	go run ./internal/ci/mutate [-n 100] [-seed 1] PACKAGE...
//
// The changes are those of Offutt et al., "An experimental determination of sufficient mutant
// operators" (1996), as far as Go has them: relational and logical operators are exchanged, constants
// moved by one, conditions negated, statements left out. The files themselves are not touched: the go
// command is given an overlay. It exits with 1 if less than 90 % are noticed.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A mutant is one change to one file.
type mutant struct {
	pkg, file string
	line      int
	what      string
	apply     func() (undo func())
	tree      *ast.File
	fset      *token.FileSet
}

func main() {
	n := flag.Int("n", 100, "how many changes to try, chosen at random; 0 means all")
	seed := flag.Uint64("seed", 1, "of the choice")
	limit := flag.Duration("timeout", 3*time.Minute, "for the tests of one change; what takes longer is noticed")
	flag.Parse()
	var all []mutant
	for _, pkg := range flag.Args() {
		found, err := mutantsOf(pkg)
		if err != nil {
			fmt.Fprintln(os.Stderr, "mutate:", err)
			os.Exit(2)
		}
		all = append(all, found...)
	}
	rand.New(rand.NewPCG(*seed, 0)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if *n > 0 && *n < len(all) {
		all = all[:*n]
	}
	killed, built := 0, 0
	for _, m := range all {
		noticed, compiles, err := m.try(*limit)
		if err != nil {
			fmt.Fprintln(os.Stderr, "mutate:", err)
			os.Exit(2)
		}
		if !compiles {
			continue
		}
		built++
		if noticed {
			killed++
			continue
		}
		fmt.Printf("%s:%d: %s: no test notices\n", m.file, m.line, m.what)
	}
	fmt.Printf("%d of %d changes were noticed\n", killed, built)
	if killed*10 < built*9 {
		os.Exit(1)
	}
}

// mutantsOf finds the changes of a package, which is a directory such as ./storage.
func mutantsOf(dir string) (all []mutant, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		tree, err := parser.ParseFile(fset, file, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		ast.Inspect(tree, func(node ast.Node) bool {
			for what, apply := range changes(node) {
				all = append(all, mutant{dir, file, fset.Position(node.Pos()).Line, what, apply, tree, fset})
			}
			return true
		})
	}
	return all, nil
}

// exchanged are operators and what is written instead.
var exchanged = map[token.Token]token.Token{
	token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	token.LAND: token.LOR, token.LOR: token.LAND, token.ADD: token.SUB, token.SUB: token.ADD,
}

// changes returns the changes of one node.
func changes(node ast.Node) map[string]func() (undo func()) {
	switch n := node.(type) {
	case *ast.BinaryExpr:
		if op, ok := exchanged[n.Op]; ok {
			old := n.Op
			return map[string]func() func(){fmt.Sprintf("%v becomes %v", old, op): func() func() { n.Op = op; return func() { n.Op = old } }}
		}
	case *ast.IfStmt:
		old := n.Cond
		return map[string]func() func(){"the condition is negated": func() func() {
			n.Cond = &ast.UnaryExpr{Op: token.NOT, X: &ast.ParenExpr{X: old}}
			return func() { n.Cond = old }
		}}
	case *ast.BasicLit:
		if v, err := strconv.Atoi(n.Value); n.Kind == token.INT && err == nil {
			old := n.Value
			return map[string]func() func(){old + " becomes " + strconv.Itoa(v+1): func() func() { n.Value = strconv.Itoa(v + 1); return func() { n.Value = old } }}
		}
	case *ast.BlockStmt:
		return leftOut(n)
	}
	return nil
}

// leftOut leaves out one statement of a block at a time: calls, assignments, defers.
func leftOut(block *ast.BlockStmt) map[string]func() func() {
	all := map[string]func() func(){}
	for i, s := range block.List {
		switch s := s.(type) {
		case *ast.ExprStmt, *ast.DeferStmt, *ast.IncDecStmt:
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				continue
			}
		default:
			continue
		}
		all[fmt.Sprintf("statement %d of the block is left out", i+1)] = func() func() {
			old := block.List[i]
			block.List[i] = &ast.EmptyStmt{}
			return func() { block.List[i] = old }
		}
	}
	return all
}

// try runs the tests of the package with the change.
func (m mutant) try(limit time.Duration) (noticed, compiles bool, err error) {
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return false, false, err
	}
	defer os.RemoveAll(dir)
	undo := m.apply()
	var changed bytes.Buffer
	err = format.Node(&changed, m.fset, m.tree)
	undo()
	if err != nil {
		return false, false, nil // such code can't be written
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		return false, false, err
	}
	replacement, overlay := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json")
	spelled, err := json.Marshal(map[string]any{"Replace": map[string]string{original: replacement}})
	if err != nil {
		return false, false, err
	}
	if err := os.WriteFile(replacement, changed.Bytes(), 0o600); err != nil {
		return false, false, err
	}
	if err := os.WriteFile(overlay, spelled, 0o600); err != nil {
		return false, false, err
	}
	if exec.Command("go", "vet", "-overlay", overlay, m.pkg).Run() != nil {
		return false, false, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-overlay", overlay, "-failfast", "-timeout", limit.String(), m.pkg)
	cmd.WaitDelay = time.Second
	return cmd.Run() != nil, true, nil
}
