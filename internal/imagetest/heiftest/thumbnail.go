package heiftest

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"testing/fstest"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// Thumbnail makes a thumbnail of a file, with a maximum width, as a handler with these formats does.
func Thumbnail(ctx context.Context, file []byte, width int, formats ...processors.Format) (image.Image, error) {
	signer, err := thumbnail.NewSigner([]byte("a secret of at least 16 bytes"))
	if err != nil {
		return nil, err
	}
	handler, err := thumbnail.NewHandler(thumbnail.Config{
		Source: storage.FS(fstest.MapFS{"file": {Data: file}}), Storage: storage.NewMemory(), Signer: signer, Formats: formats,
		Encoders: thumbnail.Encoders{".png": processors.PNG{Palette: processors.PaletteNever}}, // all colors, because tests compare them
	})
	if err != nil {
		return nil, err
	}
	spec := thumbnail.Spec{Source: "file", Size: thumbnail.Size{Width: width}, Method: "fit", Ext: ".png"}
	if err := handler.Generate(ctx, spec); err != nil {
		return nil, err
	}
	link, err := thumbnail.URL("/", signer, spec)
	if err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, link, nil))
	if w.Code != http.StatusOK {
		return nil, fmt.Errorf("%d %s", w.Code, w.Body)
	}
	return png.Decode(bytes.NewReader(w.Body.Bytes()))
}
