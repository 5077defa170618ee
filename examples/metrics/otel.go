package main

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/rest-thumbnails/thumbnail"
)

// tracer makes a span of each request that made a thumbnail or failed, below the span of the request's
// context, and one of each step.
type tracer struct{ trace.Tracer }

// Observe implements thumbnail.Observer. The event comes when all is over: the spans are dated back.
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
