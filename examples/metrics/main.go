// Command metrics serves thumbnails, and metrics for Prometheus at /metrics:
//
//	go run . -photos ~/Pictures -picture IMG_0001.JPG
//
// It also prints a trace for each thumbnail that it makes, with a span for each step. Your program would send
// traces to a collector instead. dashboard.json shows the metrics in Grafana. Its tests decode it into the
// types of Grafana's schema, and run the query of each panel on a Prometheus.
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func main() {
	photos := flag.String("photos", ".", "directory of the originals")
	picture := flag.String("picture", "photo.jpg", "the original that a link is printed for")
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	flag.Parse()

	exporter, err := stdouttrace.New(stdouttrace.WithPrettyPrint())
	if err != nil {
		log.Fatal(err)
	}
	handler, link, err := prepare(*photos, *picture, sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter)))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s%s\nhttp://%[1]s/metrics\n", *addr, link)
	log.Fatal(http.ListenAndServe(*addr, handler))
}

// prepare returns the handler of thumbnails and metrics, and the path of a thumbnail.
func prepare(photos, picture string, traces *sdktrace.TracerProvider) (http.Handler, string, error) {
	source, err := storage.OpenDir(photos)
	if err != nil {
		return nil, "", err
	}
	signer, err := thumbnail.NewSigner([]byte("a secret of at least 16 bytes"))
	if err != nil {
		return nil, "", err
	}
	registry := prometheus.NewRegistry()
	handler, err := thumbnail.NewHandler(thumbnail.Config{
		Source: source, Storage: storage.NewMemory(), Signer: signer,
		Observer: observers{newMetrics(registry), tracer{traces.Tracer("thumbnail")}},
	})
	if err != nil {
		return nil, "", err
	}
	registry.MustRegister(gauges(handler.Stats)...)
	mux := http.NewServeMux()
	mux.Handle("/thumbs/", http.StripPrefix("/thumbs", handler))
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	link, err := handler.Links("/thumbs/").URL(thumbnail.Spec{Source: picture, Size: thumbnail.Size{Width: 200}, Method: "scale", Ext: ".jpg"})
	return mux, link, err
}
