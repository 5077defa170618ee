package doctor_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing/fstest"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/doctor"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// Nothing serves stored thumbnails in front of this handler.
func ExampleExamine() {
	signer, err := thumbnail.NewSigner([]byte("0123456789abcdef"))
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := thumbnail.NewHandler(thumbnail.Config{
		Source:  storage.FS(fstest.MapFS{"kitten.gif": {Data: []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")}}),
		Storage: storage.NewMemory(), Signer: signer,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(http.StripPrefix("/thumbs", handler))
	defer server.Close()

	findings, err := doctor.Examine(context.Background(), handler.Links(server.URL+"/thumbs/"), thumbnail.Spec{
		Source: "kitten.gif", Size: thumbnail.Size{Width: 100, Height: 100}, Method: "crop", Ext: ".jpg",
	})
	for _, f := range findings {
		fmt.Println(f.Problem)
	}
	fmt.Println(len(findings), err)
	// Output:
	// The second request still reached the handler
	// 1 <nil>
}
