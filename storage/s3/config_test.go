package s3_test

import (
	"math"
	"net/http"
	"net/http/httptrace"
	"testing"
	"time"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/rest-thumbnails/thumbnail/storage/s3"
	"github.com/stretchr/testify/require"
)

func TestAnImpossibleConfigurationIsRefusedByTheNameOfItsField(t *testing.T) {
	client := awss3.New(awss3.Options{Region: "us-east-1"})
	for field, cfg := range map[string]s3.Config{
		"FirstRange is not":  {FirstRange: math.MaxInt},
		"MaxPutBytes is not": {MaxPutBytes: math.MaxInt64},
		"Timeout":            {Timeout: -1},
		"StallTimeout":       {StallTimeout: -1},
		"PresignTTL":         {PresignTTL: 8 * 24 * time.Hour},
		"FirstRange":         {FirstRange: -1},
		"MaxPutBytes":        {MaxPutBytes: -1},
		"Prefix":             {Prefix: "a//b"},
		"PublicURL":          {PublicURL: "cdn.example.com"},
	} {
		_, err := s3.New(client, "bucket", cfg)
		require.ErrorContains(t, err, "Config."+field)
	}
	_, err := s3.New(nil, "bucket", s3.Config{})
	require.ErrorContains(t, err, "client")
	_, err = s3.New(client, "", s3.Config{})
	require.ErrorContains(t, err, "bucket")

	for field, e := range map[string]s3.Endpoint{
		"AccessKey": {SecretKey: "s"},
		"SecretKey": {AccessKey: "a"},
		"URL":       {URL: "127.0.0.1:9000", AccessKey: "a", SecretKey: "s"},
	} {
		_, err := s3.Open(e, "bucket", s3.Config{})
		require.ErrorContains(t, err, "Endpoint."+field)
	}
}

func TestTheClientOfTheCallerIsUsedAndNotChanged(t *testing.T) {
	server, _ := newFake(t, s3.Config{})
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	s, err := s3.New(newClient(fakeEndpoint(server), transport), "bucket", s3.Config{})
	require.NoError(t, err)
	put(t, s, "x.jpg", "x")
	require.NoError(t, s.Close())
	require.Equal(t, "x", read(t, s, "x.jpg"), "Close leaves the caller's client open")
}

func TestCloseFreesTheConnections(t *testing.T) {
	_, s := newFake(t, s3.Config{})
	var reused []bool
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = append(reused, i.Reused) }})
	for range 2 {
		_, err := s.Open(ctx, "absent.jpg")
		requireMissing(t, err)
	}
	require.NoError(t, s.Close())
	_, err := s.Open(ctx, "absent.jpg")
	requireMissing(t, err)
	require.Equal(t, []bool{false, true, false}, reused)
}

func TestAmazonIsTheEndpointWithoutAURL(t *testing.T) {
	s, err := s3.Open(s3.Endpoint{Region: "eu-central-1", AccessKey: "a", SecretKey: "s"}, "bucket", s3.Config{})
	require.NoError(t, err)
	address, err := s.URL(t.Context(), "x.jpg")
	require.NoError(t, err)
	require.Contains(t, address, "https://s3.eu-central-1.amazonaws.com/bucket/x.jpg?")
	require.NoError(t, s.Close())
}
