package main

import (
	"os"
	"testing"

	"github.com/rest-thumbnails/thumbnail/examples/internal/fronttest"
	"github.com/rest-thumbnails/thumbnail/response"
)

func TestTheDoctorSaysWhatIsWrongWithNginx(t *testing.T) {
	broken := map[string]fronttest.Break{
		"the root is another directory": {
			Edit: []string{"root /srv/thumbs;", "root /srv/thumbs/elsewhere;"},
			Want: "second request still reached the handler",
		},
		"no types": {
			Edit: []string{"types { image/jpeg jpg jpeg; image/png png; image/gif gif; image/webp webp; image/avif avif; }", "types { }"},
			Want: `second request got the type "text/plain" instead of "image/jpeg"`,
		},
		"a redirection to itself": {
			Edit: []string{"location @thumbs  { proxy_pass http://thumbs; }", "location @thumbs { return 302 $request_uri; }"},
			Want: "redirect loop",
		},
		"an internal redirection to itself": {
			Edit:      []string{"root /srv/thumbs;", "root /srv/thumbs/elsewhere;"},
			Responder: response.Nginx{Prefix: "/thumbs/"},
			Want:      "internal redirect that leads back to the handler",
		},
		"X-Accel-Redirect is ignored": {
			Edit: []string{"proxy_pass http://thumbs;", "proxy_pass http://thumbs; proxy_ignore_headers X-Accel-Redirect;"},
			Want: "ignores the header",
		},
		"Apache's header":            {Responder: response.Apache{Root: "/srv/thumbs"}, Want: "for another web server"},
		"no internal location":       {Edit: []string{"location /_thumbs/ {", "location /_other/ {"}, Want: "X-Accel-Redirect, X-Sendfile) is not where it looks"},
		"the alias leads elsewhere":  {Edit: []string{"alias /srv/thumbs/;", "alias /srv/thumbs/elsewhere/;"}, Want: "is not where it looks"},
		"what is absent is not made": {Edit: []string{"location @thumbs  { proxy_pass http://thumbs; }", "location @thumbs { return 404; }"}, Want: "does not pass requests"},
		"a password":                 {Edit: []string{"server_name _;", "server_name _; auth_basic closed; auth_basic_user_file /dev/null;"}, Want: "password"},
		"another site's page":        {Edit: []string{"location @thumbs  { proxy_pass http://thumbs; }", `location @thumbs { types { } default_type text/html; return 200 "welcome"; }`}, Want: `"text/html"`},
		"a page called a picture":    {Edit: []string{"location @thumbs  { proxy_pass http://thumbs; }", `location @thumbs { types { } default_type image/jpeg; return 200 "<html>"; }`}, Want: "6 bytes that are not image/jpeg"},
	}
	if os.Geteuid() == 0 { // nginx's workers then run as another user
		broken["no permission"] = fronttest.Break{Files: func(dir string) error { return os.Chmod(dir, 0o700) }, Want: "permission denied"}
	}
	fronttest.TestDoctor(t, nginx, broken)
}
