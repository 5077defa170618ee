// Command frameworks mounts a handler in chi, gin, echo and net/http, and serves each at a port.
//
//	go run . -photos ~/Pictures -picture IMG_0001.JPG
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// mounts are different ways to mount a handler at /app/thumbs/.
var mounts = map[string]func(h http.Handler) http.Handler{
	"net/http": func(h http.Handler) http.Handler {
		mux := http.NewServeMux()
		mux.Handle("/app/thumbs/", http.StripPrefix("/app/thumbs", h))
		return mux
	},
	"chi": func(h http.Handler) http.Handler {
		r := chi.NewRouter()
		r.Route("/app", func(r chi.Router) {
			r.Handle("/thumbs/*", http.StripPrefix("/app/thumbs", h))
		})
		return r
	},
	"gin": func(h http.Handler) http.Handler {
		r := gin.New()
		r.Any("/app/thumbs/*path", gin.WrapH(http.StripPrefix("/app/thumbs", h)))
		return r
	},
	"echo": func(h http.Handler) http.Handler {
		e := echo.New()
		e.Any("/app/thumbs/*", echo.WrapHandler(http.StripPrefix("/app/thumbs", h)))
		return e
	},
}

func main() {
	photos := flag.String("photos", ".", "directory of the originals")
	picture := flag.String("picture", "photo.jpg", "the original that links are printed for")
	flag.Parse()
	gin.SetMode(gin.ReleaseMode)
	handler, link, err := prepare(*photos, *picture)
	if err != nil {
		log.Fatal(err)
	}
	port := 8080
	failed := make(chan error)
	for name, mount := range mounts {
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		fmt.Printf("%-9s http://%s%s\n", name, addr, link)
		go func() { failed <- http.ListenAndServe(addr, mount(handler)) }()
		port++
	}
	log.Fatal(<-failed)
}

// prepare returns a handler, and the path of a thumbnail.
func prepare(photos, picture string) (http.Handler, string, error) {
	source, err := storage.OpenDir(photos)
	if err != nil {
		return nil, "", err
	}
	signer, err := thumbnail.NewSigner([]byte("a secret of at least 16 bytes"))
	if err != nil {
		return nil, "", err
	}
	handler, err := thumbnail.NewHandler(thumbnail.Config{Source: source, Storage: storage.NewMemory(), Signer: signer})
	if err != nil {
		return nil, "", err
	}
	link, err := handler.Links("/app/thumbs/").URL(thumbnail.Spec{Source: picture, Size: thumbnail.Size{Width: 200}, Method: "scale", Ext: ".jpg"})
	return handler, link, err
}
