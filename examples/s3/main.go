// Command s3 keeps thumbnails in a bucket, and shows the three ways to serve them from there:
//
//	go run ./examples/s3 -source ~/Pictures -endpoint https://s3.eu-central-1.amazonaws.com -bucket my-bucket -response presigned
//
// With -response public, a visitor is redirected to the public address of the bucket or of its CDN (-public);
// with presigned, to an address that is valid for 15 minutes. With nginx there is no redirect: nginx gets the
// object from the bucket, as site.conf says. The environment has the credentials (AWS_ACCESS_KEY_ID and
// AWS_SECRET_ACCESS_KEY), and the key that signs the URLs (THUMBNAIL_KEY).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "s3:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("s3", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8080", "address to listen on")
	source := flags.String("source", ".", "directory of the originals")
	endpoint := flags.String("endpoint", "", "URL of the S3 server (default: Amazon's)")
	region := flags.String("region", "", "region of the bucket (default us-east-1)")
	bucket := flags.String("bucket", "", "bucket of the thumbnails, which exists")
	public := flags.String("public", "", "public URL of the bucket, for -response public")
	how := flags.String("response", "presigned", "how thumbnails are served: public, presigned or nginx")
	if err := flags.Parse(args); err != nil {
		return err
	}
	thumbs, err := s3.Open(s3.Endpoint{
		URL:       *endpoint,
		Region:    *region,
		AccessKey: os.Getenv("AWS_ACCESS_KEY_ID"),
		SecretKey: os.Getenv("AWS_SECRET_ACCESS_KEY"),
	}, *bucket, s3.Config{
		Prefix:       "thumbs",
		PublicURL:    *public,
		CacheControl: "public, max-age=2592000",
		PresignTTL:   presigned,
	})
	if err != nil {
		return err
	}
	defer thumbs.Close()
	responder, err := newResponder(*how, *public != "", thumbs)
	if err != nil {
		return err
	}
	originals, err := storage.OpenDir(*source)
	if err != nil {
		return err
	}
	defer originals.Close()
	signer, err := thumbnail.NewSigner([]byte(os.Getenv("THUMBNAIL_KEY")))
	if err != nil {
		return fmt.Errorf("THUMBNAIL_KEY: %w", err)
	}
	handler, err := thumbnail.NewHandler(thumbnail.Config{
		Source:    originals,
		Storage:   thumbs,
		Signer:    signer,
		Responder: responder,
		// With these modes the bucket serves the URL of the redirect.
		ServedElsewhere: true,
		Wait:            10 * time.Second,
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/thumbs/", http.StripPrefix("/thumbs", handler))
	mux.Handle("GET /{$}", page(os.DirFS(*source), signer))
	return serve(ctx, *addr, mux, stdout)
}

func serve(ctx context.Context, addr string, h http.Handler, stdout io.Writer) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Thumbnails in a bucket: http://%s/\n", listener.Addr())
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan error, 1)
	defer context.AfterFunc(ctx, func() { done <- server.Shutdown(context.WithoutCancel(ctx)) })()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}
