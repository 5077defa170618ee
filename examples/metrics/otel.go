package main

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/rest-thumbnails/thumbnail"
)

// tracer makes a span for each request that made a thumbnail or failed, as a child of the span in the
// request's context, and a child span for each step.
type tracer struct{ trace.Tracer }

// Observe implements thumbnail.Observer. It is called after the request, so it makes spans with start times
// in the past.
func (t tracer) Observe(ctx context.Context, e thumbnail.Event) {
	if !e.Generated && e.Err == nil {
		return
	}
	end := time.Now()
	start := end.Add(-e.Duration)
	ctx, span := t.Start(ctx, "thumbnail", trace.WithTimestamp(start), trace.WithAttributes(
		attribute.String("thumbnail.method", e.Spec.Method), attribute.String("thumbnail.size", e.Spec.Size.String()),
		attribute.String("thumbnail.source.format", e.Source.Format), attribute.Int64("thumbnail.bytes", e.Bytes)))
	defer span.End(trace.WithTimestamp(end))
	if e.Err != nil {
		span.RecordError(e.Err)
		span.SetStatus(codes.Error, string(e.Outcome))
	}
	at := start.Add(e.Timing.Wait)
	for _, s := range stages(e.Timing) {
		if s.took > 0 {
			_, step := t.Start(ctx, s.name, trace.WithTimestamp(at))
			at = at.Add(s.took)
			step.End(trace.WithTimestamp(at))
		}
	}
}
