package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/examples/internal/front"
	"github.com/rest-thumbnails/thumbnail/examples/internal/fronttest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

const (
	accessKey = "testkey"
	secretKey = "testsecret123"
	signKey   = "a key of the tests, long enough"
	bucket    = "pictures"
)

// names contain characters that servers encode in different ways.
var names = []string{"plain.jpg", "a b+c%2F#?&';[x]=é猫.jpg"}

// startBucket starts a real S3 server with a bucket and returns its address. If public is true, everybody
// may read the objects.
func startBucket(t *testing.T, public bool) string {
	t.Helper()
	program, err := filepath.Abs("../../.tools/bin/versitygw")
	require.NoError(t, err)
	if _, err := os.Stat(program); err != nil {
		if program, err = exec.LookPath("versitygw"); err != nil {
			imagetest.Missing(t, "there is no versitygw; internal/tools/build.sh builds it")
		}
	}
	address, err := front.FreeAddress()
	require.NoError(t, err)
	cmd := exec.Command(program, "--port", address, "--quiet", "posix", t.TempDir())
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+accessKey, "ROOT_SECRET_KEY="+secretKey)
	p, err := front.Listen("versitygw", cmd, address)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Stop()) })
	client := awss3.New(awss3.Options{
		BaseEndpoint: aws.String("http://" + address), Region: "us-east-1", UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""),
	})
	_, err = client.CreateBucket(t.Context(), &awss3.CreateBucketInput{Bucket: aws.String(bucket)})
	require.NoError(t, err)
	if !public {
		return address
	}
	_, err = client.PutBucketPolicy(t.Context(), &awss3.PutBucketPolicyInput{Bucket: aws.String(bucket), Policy: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::` + bucket + `/thumbs/*"]}]}`)})
	require.NoError(t, err)
	return address
}

// startProgram starts the program with two originals, and returns its address.
func startProgram(t *testing.T, endpoint string, args ...string) string {
	t.Helper()
	source := t.TempDir()
	photo, err := os.ReadFile(imagetest.Gallery(t, "dandelion.jpg")[0])
	require.NoError(t, err)
	for _, name := range names {
		require.NoError(t, os.WriteFile(filepath.Join(source, name), photo, 0o644))
	}
	env := []string{"AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey, "THUMBNAIL_KEY=" + signKey}
	args = append([]string{"-addr", "127.0.0.1:0", "-source", source, "-endpoint", "http://" + endpoint, "-bucket", bucket}, args...)
	return program.Start(t, program.Build(t, "."), env, args...).URL
}

func link(t *testing.T, base, source string) string {
	t.Helper()
	signer, err := thumbnail.NewSigner([]byte(signKey))
	require.NoError(t, err)
	url, err := thumbnail.URL(base+"thumbs/", signer, thumbnail.Spec{Source: source, Size: thumbnail.Size{Width: 90}, Method: "crop", Ext: ".jpg"})
	require.NoError(t, err)
	return url
}

// get sends a request and follows no redirect.
func get(t *testing.T, method, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	require.NoError(t, err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(body)
}

func TestAVisitorIsRedirectedToThePresignedObject(t *testing.T) {
	endpoint := startBucket(t, false)
	base := startProgram(t, endpoint, "-response", "presigned")
	for _, name := range names {
		for range 2 {
			resp, _ := get(t, http.MethodGet, link(t, base, name))
			require.Equal(t, http.StatusFound, resp.StatusCode)
			require.Equal(t, "public, max-age=600", resp.Header.Get("Cache-Control"))
			location, err := resp.Location()
			require.NoError(t, err)
			require.Equal(t, endpoint, location.Host)
			lives, err := time.ParseDuration(location.Query().Get("X-Amz-Expires") + "s")
			require.NoError(t, err)
			require.Greater(t, lives, cached, "the redirection is forgotten before the address ends")
			isThumbnail(t, location.String())
			location.RawQuery = ""
			resp, _ = get(t, http.MethodGet, location.String())
			require.Equal(t, http.StatusForbidden, resp.StatusCode, "without the signature")
		}
	}
	resp, body := get(t, http.MethodGet, base)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, len(names), strings.Count(body, "<img "))
	resp, _ = get(t, http.MethodGet, strings.Replace(link(t, base, names[0]), "90x", "91x", 1))
	require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
}

func isThumbnail(t *testing.T, address string) {
	t.Helper()
	resp, body := get(t, http.MethodGet, address)
	require.Equal(t, http.StatusOK, resp.StatusCode, "%s", body)
	require.Equal(t, "image/jpeg", resp.Header.Get("Content-Type"))
	require.Equal(t, "public, max-age=2592000", resp.Header.Get("Cache-Control"))
	require.Equal(t, "\xff\xd8\xff", body[:3])
}

func TestAVisitorIsRedirectedToThePublicObject(t *testing.T) {
	endpoint := startBucket(t, true)
	base := startProgram(t, endpoint, "-response", "public", "-public", "http://"+endpoint+"/"+bucket)
	for _, name := range names {
		resp, _ := get(t, http.MethodGet, link(t, base, name))
		require.Equal(t, http.StatusFound, resp.StatusCode)
		require.Equal(t, "public, max-age=86400", resp.Header.Get("Cache-Control"))
		location, err := resp.Location()
		require.NoError(t, err)
		require.Empty(t, location.RawQuery)
		isThumbnail(t, location.String())
	}
}

func TestNginxGetsTheObjectForTheVisitor(t *testing.T) {
	around, err := os.ReadFile("../nginx/nginx.conf")
	require.NoError(t, err)
	site, err := os.ReadFile("site.conf")
	require.NoError(t, err)
	k := front.Kind{Name: "nginx", Program: "nginx", Install: "apt install nginx", Main: string(around), Listen: [2]string{"listen 80;", "listen %s;"}, Args: front.NginxArgs}
	fronttest.Find(t, k)
	endpoint := startBucket(t, false)
	k.Site = strings.ReplaceAll(string(site), "s3.example.com", endpoint)
	app, err := url.Parse(startProgram(t, endpoint, "-response", "nginx"))
	require.NoError(t, err)
	address, err := front.FreeAddress()
	require.NoError(t, err)
	dir := fronttest.PublicDir(t)
	p, err := k.Start(front.Site{Address: address, App: app.Host, Thumbs: dir, Dir: dir}, os.Stderr)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Stop()) })

	base := "http://" + address + "/"
	for _, name := range names {
		for range 2 {
			thumb := link(t, base, name)
			isThumbnail(t, thumb)
			resp, body := get(t, http.MethodGet, thumb)
			require.Equal(t, []string{"nosniff"}, resp.Header["X-Content-Type-Options"])
			require.Len(t, resp.Header["Cache-Control"], 1)
			for _, header := range []string{"X-Bucket-Path", "X-Accel-Redirect", "X-Amz-Request-Id"} {
				require.Empty(t, resp.Header[header])
			}
			etag := resp.Header.Get("Etag")
			require.NotEmpty(t, etag)
			head, _ := get(t, http.MethodHead, thumb)
			require.Equal(t, http.StatusOK, head.StatusCode)
			require.Equal(t, resp.ContentLength, head.ContentLength)
			same, _ := get(t, http.MethodGet, thumb, "If-None-Match", etag)
			require.Equal(t, http.StatusNotModified, same.StatusCode)
			part, some := get(t, http.MethodGet, thumb, "Range", "bytes=0-9")
			require.Equal(t, http.StatusPartialContent, part.StatusCode)
			require.Equal(t, body[:10], some)
		}
	}
	for _, path := range []string{"_bucket", "_bucket/", "_bucket?x"} {
		resp, _ := get(t, http.MethodGet, base+path, "X-Bucket-Path", "/"+bucket, "X-Accel-Redirect", "/_bucket")
		require.Equal(t, http.StatusNotFound, resp.StatusCode, path)
	}
	resp, _ := get(t, http.MethodGet, strings.Replace(link(t, base, names[0]), "90x", "91x", 1))
	require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
}

func TestImpossibleOptionsAreRefused(t *testing.T) {
	for _, args := range [][]string{{"-response", "public"}, {"-response", "mail"}, {"-response", "presigned", "-public", "http://x"}} {
		t.Setenv("AWS_ACCESS_KEY_ID", accessKey)
		t.Setenv("AWS_SECRET_ACCESS_KEY", secretKey)
		require.Error(t, run(context.Background(), append(args, "-bucket", bucket), io.Discard))
	}
}
