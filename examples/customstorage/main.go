// Command customstorage keeps its thumbnails in a database: bolt.go is a storage written against
// the public API, this file mounts it, and storage_test.go tests it with the conformance suite.
//
//	go run ./examples/customstorage -source ~/Pictures
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8081", "address to listen at")
	source := flag.String("source", "internal/gallery/photos", "directory of the photos")
	file := flag.String("db", "", "database of the thumbnails, made if it is absent (default a temporary one)")
	key := flag.String("key", os.Getenv("THUMBNAIL_KEY"), "secret key, at least 16 bytes; another one makes other thumbnails (default a random one)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *source, *file, cmp.Or(*key, rand.Text())); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, addr, source, file, key string) error {
	if file == "" {
		dir, err := os.MkdirTemp("", "customstorage")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		file = path.Join(dir, "thumbnails.db")
	}
	photos, err := storage.OpenDir(source)
	if err != nil {
		return err
	}
	defer photos.Close()
	thumbs, err := OpenBolt(file)
	if err != nil {
		return fmt.Errorf("open %s: %w", file, err)
	}
	defer thumbs.Close()
	handler, err := site(photos, os.DirFS(source), thumbs, key)
	if err != nil {
		return err
	}

	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/\n", listener.Addr())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: time.Minute, IdleTimeout: time.Minute}
	drained := make(chan error, 1)
	context.AfterFunc(ctx, func() { drained <- server.Shutdown(context.WithoutCancel(ctx)) })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-drained
}

// site serves a page with all photos in files, and their thumbnails.
func site(photos thumbnail.Source, files fs.FS, thumbs thumbnail.Storage, key string) (http.Handler, error) {
	signer, err := thumbnail.NewSigner([]byte(key))
	if err != nil {
		return nil, err
	}
	handler, err := thumbnail.NewHandler(thumbnail.Config{Source: photos, Storage: thumbs, Signer: signer, Wait: 10 * time.Second})
	if err != nil {
		return nil, err
	}
	page, err := template.New("page").Funcs(thumbnail.FuncMap("/thumbs/", signer)).Parse(
		`<!doctype html><title>Thumbnails from a database</title>{{range .}}<img src="{{thumbnail . "200x200" "smart" ".jpg"}}" alt="{{.}}">
{{else}}No photos here.{{end}}`)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/thumbs/", http.StripPrefix("/thumbs", handler))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		names, err := list(files)
		if err == nil {
			err = page.Execute(w, names)
		}
		if err != nil {
			log.Print(err)
		}
	})
	return mux, nil
}

// list returns the photos of a directory, at any depth, up to a hundred.
func list(files fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && slices.Contains([]string{".jpg", ".jpeg", ".png", ".gif"}, strings.ToLower(path.Ext(name))) {
			names = append(names, name)
		}
		if len(names) == 100 {
			return fs.SkipAll
		}
		return err
	})
	return names, err
}
