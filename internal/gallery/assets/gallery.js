// Writes under each picture what the browser saw of it: pixels, and bytes as they came. Without this script the page says what
// the server knew when it rendered the page.
"use strict";

performance.setResourceTimingBufferSize(1000);

async function bytesOf(url) {
	const entry = performance.getEntriesByName(url).pop();
	if (entry && entry.encodedBodySize > 0) return entry.encodedBodySize;
	const head = await fetch(url, { method: "HEAD" });
	return Number(head.headers.get("Content-Length"));
}

async function tell(img) {
	const figure = img.closest("figure");
	const facts = figure.querySelector(".facts");
	try {
		if (img.naturalWidth === 0) {
			const head = await fetch(img.src, { method: "HEAD" });
			throw new Error(`no picture: ${head.status} ${head.statusText}`);
		}
		const bytes = await bytesOf(img.src);
		facts.textContent = `${img.naturalWidth}\u2009×\u2009${img.naturalHeight} pixels, ${bytes} bytes`;
	} catch (error) {
		figure.classList.add("bad");
		facts.textContent = error.message;
	}
}

for (const img of document.querySelectorAll("figure img")) {
	if (img.complete) tell(img);
	else {
		img.addEventListener("load", () => tell(img));
		img.addEventListener("error", () => tell(img));
	}
}
