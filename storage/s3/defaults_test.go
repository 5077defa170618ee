package s3_test

import (
	"net/url"
	"testing"
	"time"

	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

func TestTheLimitsOfTheConfigurationAreThoseOfTheDocumentation(t *testing.T) {
	client := awss3.New(awss3.Options{Region: "us-east-1"})
	for _, good := range []s3.Config{{FirstRange: 256 << 20}, {MaxPutBytes: 5 << 30}, {PresignTTL: 7 * 24 * time.Hour}} {
		_, err := s3.New(client, "bucket", good)
		require.NoError(t, err)
	}
	for _, bad := range []s3.Config{{FirstRange: 256<<20 + 1}, {MaxPutBytes: 5<<30 + 1}, {PresignTTL: 7*24*time.Hour + 1}} {
		_, err := s3.New(client, "bucket", bad)
		require.Error(t, err)
	}
}

func TestAPublicURLIsAnAddressThatAPathCanFollow(t *testing.T) {
	client := awss3.New(awss3.Options{Region: "us-east-1"})
	for _, good := range []string{"", "https://cdn.example.com", "http://cdn.example.com:8080/a/"} {
		_, err := s3.New(client, "bucket", s3.Config{PublicURL: good})
		require.NoError(t, err, good)
	}
	for _, bad := range []string{"https://cdn.example.com/?a=b", "https://cdn.example.com/#a", "//cdn.example.com", "ftp://cdn.example.com", "https:///a", "/a"} {
		_, err := s3.New(client, "bucket", s3.Config{PublicURL: bad})
		require.ErrorContains(t, err, "Config.PublicURL", bad)
	}
}

func TestAPresignedURLWorksForAQuarterOfAnHourByDefault(t *testing.T) {
	_, s := newFake(t, s3.Config{})
	address, err := s.URL(t.Context(), "x.jpg")
	require.NoError(t, err)
	u, err := url.Parse(address)
	require.NoError(t, err)
	require.Equal(t, "900", u.Query().Get("X-Amz-Expires"))
}
