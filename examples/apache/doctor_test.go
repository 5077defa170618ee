package main

import (
	"os"
	"testing"

	"github.com/rest-thumbnails/thumbnail/examples/internal/fronttest"
	"github.com/rest-thumbnails/thumbnail/response"
)

func TestTheDoctorSaysWhatIsWrongWithApache(t *testing.T) {
	broken := map[string]fronttest.Break{
		"the condition looks elsewhere": {
			Edit: []string{`RewriteCond "/srv/thumbs/$1" -f`, `RewriteCond "/srv/thumbs/elsewhere/$1" -f`},
			Want: "second request still reached the handler",
		},
		"the alias leads elsewhere": {
			Edit: []string{`Alias "/thumbs/" "/srv/thumbs/"`, `Alias "/thumbs/" "/srv/thumbs/elsewhere/"`},
			Want: "second request still reached the handler",
		},
		"no types": {
			Edit: []string{"AddType image/jpeg .jpg .jpeg", ""},
			Want: `second request got the type "" instead of "image/jpeg"`,
		},
		"a redirection to itself": {
			Edit: []string{`ProxyPass "/" "http://127.0.0.1:8080/" nocanon timeout=90`, `RedirectMatch "^(/thumbs/.*)$" "$1"`},
			Want: "redirect loop",
		},
		"X-Sendfile is off":           {Edit: []string{"XSendFile On", "XSendFile Off"}, Want: "XSendFile on"},
		"X-Sendfile may not go there": {Edit: []string{`XSendFilePath "/srv/thumbs"`, ""}, Want: "XSendFilePath"},
		"nginx's header":              {Responder: response.Nginx{Prefix: "/_thumbs/"}, Want: "for another web server"},
		"another root":                {Responder: response.Apache{Root: "/srv/nowhere"}, Want: "is not where it looks"},
		"closed":                      {Edit: []string{"Require all granted", "Require all denied"}, Want: "second request still reached the handler"},
		"what is absent is not made":  {Edit: []string{`ProxyPass "/" "http://127.0.0.1:8080/" nocanon timeout=90`, ""}, Want: "does not pass requests"},
	}
	if os.Geteuid() == 0 { // Apache's workers then run as another user, and mod_xsendfile answers 404
		broken["no permission"] = fronttest.Break{Files: func(dir string) error { return os.Chmod(dir, 0o700) }, Want: "not allowed to read"}
	}
	fronttest.TestDoctor(t, apache, broken)
}
