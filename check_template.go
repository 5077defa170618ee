package thumbnail

import (
	"cmp"
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"slices"
	"strings"
	"text/template/parse"
)

// CheckTemplate returns the errors of the calls of l's template functions in t and in the templates that
// are associated with it: an unknown preset, an invalid size, a missing alt. Without CheckTemplate, such a
// mistake is only found when the template is executed. It checks the literal arguments of the calls, and
// assumes that computed ones, such as fields of the data, are valid. Call CheckTemplate after parsing t and
// before executing it.
func (l Links) CheckTemplate(t *template.Template) error {
	w := templateWalk{}
	l.OnError = func(err error) { w.failed = err } // a literal source
	w.functions = l.FuncMap()
	all := t.Templates()
	slices.SortFunc(all, func(a, b *template.Template) int { return strings.Compare(a.Name(), b.Name()) })
	for _, t := range all {
		if t.Tree != nil {
			w.tree = t.Tree
			w.node(t.Tree.Root)
		}
	}
	return errors.Join(w.errs...)
}

// A templateWalk looks for calls of template functions in the tree of a template.
type templateWalk struct {
	functions template.FuncMap
	tree      *parse.Tree
	errs      []error
	failed    error // passed to OnError by the last call
}

// node walks n, which may be a nil pointer.
func (w *templateWalk) node(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				w.node(child)
			}
		}
	case *parse.ActionNode:
		w.pipe(n.Pipe)
	case *parse.TemplateNode:
		w.pipe(n.Pipe)
	case *parse.IfNode:
		w.branch(&n.BranchNode)
	case *parse.RangeNode:
		w.branch(&n.BranchNode)
	case *parse.WithNode:
		w.branch(&n.BranchNode)
	case *parse.PipeNode:
		w.pipe(n)
	case *parse.ChainNode:
		w.node(n.Node)
	}
}

func (w *templateWalk) branch(n *parse.BranchNode) {
	w.pipe(n.Pipe)
	w.node(n.List)
	w.node(n.ElseList)
}

// pipe walks a pipeline. The value of each command is the last argument of the next.
func (w *templateWalk) pipe(n *parse.PipeNode) {
	if n == nil {
		return
	}
	for i, command := range n.Cmds {
		args := command.Args[1:]
		for _, arg := range command.Args {
			w.node(arg)
		}
		if name, ok := command.Args[0].(*parse.IdentifierNode); ok && w.functions[name.Ident] != nil {
			w.call(command, name.Ident, args, i > 0)
		}
	}
}

// computed stands for an argument whose value is known only when the template is executed.
type computed struct{}

// call calls a function with the arguments of a command, and valid values for computed ones.
func (w *templateWalk) call(command parse.Node, name string, nodes []parse.Node, piped bool) {
	args := make([]any, len(nodes), len(nodes)+1)
	for i, n := range nodes {
		args[i] = literal(n)
	}
	if piped {
		args = append(args, computed{})
	}
	args, ok := assume(name, args)
	if !ok {
		return
	}
	in := make([]reflect.Value, len(args))
	for i, arg := range args {
		in[i] = reflect.ValueOf(&arg).Elem()
	}
	w.failed = nil
	out := reflect.ValueOf(w.functions[name]).Call(in)
	err, _ := out[len(out)-1].Interface().(error)
	if err = cmp.Or(err, w.failed); err != nil {
		where, _ := w.tree.ErrorContext(command)
		w.errs = append(w.errs, fmt.Errorf("template: %s: %w", where, err))
	}
}

// literal returns the value of a literal in the template.
func literal(n parse.Node) any {
	switch n := n.(type) {
	case *parse.StringNode:
		return n.Text
	case *parse.BoolNode:
		return n.True
	case *parse.NilNode:
		return nil
	case *parse.NumberNode:
		if n.IsInt {
			return n.Int64
		}
		return n.Float64
	}
	return computed{}
}

// assume returns args with valid values for the computed ones, and false if no value is valid in all
// cases.
func assume(name string, args []any) ([]any, bool) {
	hasAttributes := name != "thumbnail"
	for i, arg := range args {
		if arg != (computed{}) {
			continue
		}
		switch {
		case i == 0:
			args[i] = "picture.jpg"
		case name == "thumbnail" && (i == 2 && len(args) == 3 || i == 4): // a version
			args[i] = "1"
		case hasAttributes && i >= 3 && i%2 == 1:
			name, _ := args[i-1].(string)
			args[i] = assumedValue(strings.ToLower(name))
		case hasAttributes && i >= 2: // the name of an attribute: only the preset can be checked
			if settingsOf[name] != nil {
				return args[:2], true
			}
			return append(args[:2:2], "alt", ""), true
		default:
			return nil, false
		}
	}
	return args, true
}

// assumedValue returns a valid value of an attribute.
func assumedValue(attribute string) any {
	switch attribute {
	case "priority", "placeholder":
		return false
	case "loading":
		return "eager"
	}
	return "1"
}
