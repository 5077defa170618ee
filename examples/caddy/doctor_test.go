package main

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/examples/internal/fronttest"
	"github.com/rest-thumbnails/thumbnail/response"
)

func TestTheDoctorSaysWhatIsWrongWithCaddy(t *testing.T) {
	fronttest.TestDoctor(t, caddy, map[string]fronttest.Break{
		"the matcher looks elsewhere": {
			Edit: []string{"@stored file {\n\t\t\troot /srv/thumbs", "@stored file {\n\t\t\troot /srv/thumbs/elsewhere"},
			Want: "second request still reached the handler",
		},
		"another type": {
			Edit: []string{"header X-Content-Type-Options nosniff", "header Content-Type application/octet-stream"},
			Want: `second request got the type "application/octet-stream" instead of "image/jpeg"`,
		},
		"a redirection to itself": {
			Edit: []string{"reverse_proxy 127.0.0.1:8080 {", "redir {uri}\n\treverse_proxy 127.0.0.1:8080 {"},
			Want: "redirect loop",
		},
		"X-Accel-Redirect is not acted upon": {Edit: []string{"@accel header X-Accel-Redirect /_thumbs/*", "@accel header X-Accel-Redirect /_other/*"}, Want: "ignores the header"},
		"Apache's header":                    {Responder: response.Apache{Root: "/srv/thumbs"}, Want: "for another web server"},
		"the file server looks elsewhere":    {Edit: []string{"file_server {\n\t\t\t\troot /srv/thumbs", "file_server {\n\t\t\t\troot /srv/thumbs/elsewhere"}, Want: "is not where it looks"},
		"what is absent is not made":         {Edit: []string{"import thumbs_handler", "respond 404"}, Want: "does not pass requests"},
		"a page instead of the picture": {
			Edit: []string{"import thumbs_handler", "header Content-Type image/jpeg\n\t\trespond \"<html>welcome</html>\""},
			Want: "that are not image/jpeg",
		},
	})
}
