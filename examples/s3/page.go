package main

import (
	"bytes"
	"html/template"
	"io/fs"
	"net/http"

	"github.com/rest-thumbnails/thumbnail"
)

const pageHTML = `<!DOCTYPE html>
<html lang="en">
<title>Thumbnails in a bucket</title>
{{range .}}<img src="{{thumbnail . "200x200" "smart" ".jpg"}}" alt="{{.}}">
{{end}}</html>
`

// page shows the pictures that are directly in a directory.
func page(source fs.FS, signer thumbnail.Signer) http.Handler {
	html := template.Must(template.New("page").Funcs(thumbnail.FuncMap("/thumbs/", signer)).Parse(pageHTML))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		names, err := fs.Glob(source, "*.jpg")
		var b bytes.Buffer
		if err == nil {
			err = html.Execute(&b, names)
		}
		if err != nil {
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = b.WriteTo(w)
	})
}
