// Writes under each picture what the browser saw of it: pixels, bytes as they came, and how long the server says that it took to
// make. Without this script the pages say what the server knew when it rendered them.
"use strict";

performance.setResourceTimingBufferSize(1000);

const thin = "\u2009";

async function facts(url) {
	const entry = performance.getEntriesByName(url).pop();
	let bytes = entry ? entry.encodedBodySize : 0;
	if (!(bytes > 0)) {
		const head = await fetch(url, { method: "HEAD" });
		bytes = Number(head.headers.get("Content-Length"));
	}
	// A thumbnail that was stored took no time.
	const steps = (entry ? [...entry.serverTiming] : []).filter((step) => ["decode", "process", "encode"].includes(step.name));
	return { bytes, ms: steps.reduce((sum, step) => sum + step.duration, 0) };
}

async function tell(img) {
	const figure = img.closest("figure");
	const out = figure.querySelector(".facts");
	const url = img.currentSrc || img.src;
	try {
		if (img.naturalWidth === 0) {
			const head = await fetch(url, { method: "HEAD" });
			throw new Error(`no picture: ${head.status} ${head.statusText}`);
		}
		if (figure.classList.contains("original") && out.textContent !== "") return;
		const seen = await facts(url);
		const before = out.dataset.ms || (/made in ([\d.]+)/.exec(out.textContent) || [])[1];
		const ms = seen.ms > 0 ? seen.ms.toFixed(1) : before;
		const size = await pixels(img, url);
		out.textContent = `${size.width}${thin}×${thin}${size.height} pixels, ${seen.bytes} bytes` + (ms ? `, made in ${ms}${thin}ms` : "");
		figure.dataset.bytes = seen.bytes;
		compare(figure);
		const chosen = figure.querySelector(".chosen");
		if (chosen) chosen.textContent = "chosen: " + decodeURI(new URL(url).pathname);
	} catch (error) {
		figure.classList.add("bad");
		out.textContent = error.message;
	}
}

// naturalWidth is divided by the density where a srcset has one.
async function pixels(img, url) {
	if (!img.srcset && !img.closest("picture")) return { width: img.naturalWidth, height: img.naturalHeight };
	const copy = new Image();
	copy.src = url;
	await copy.decode();
	return { width: copy.naturalWidth, height: copy.naturalHeight };
}

// compare says what share of the first figure's bytes the others of its row have.
function compare(figure) {
	const row = figure.closest(".compared");
	if (!row) return;
	const first = row.firstElementChild;
	for (const other of row.children) {
		if (other === first || !first.dataset.bytes || !other.dataset.bytes) continue;
		const format = first.querySelector("b").textContent;
		other.querySelector(".share").textContent = `${Math.round((100 * other.dataset.bytes) / first.dataset.bytes)}${thin}% of the ${format}`;
	}
}

for (const img of document.querySelectorAll("figure img")) {
	if (img.complete && img.currentSrc) tell(img);
	img.addEventListener("load", () => tell(img));
	img.addEventListener("error", () => tell(img));
}

// A click on the original is a focal point.
const original = document.getElementById("original");
if (original) {
	const mark = document.getElementById("mark");
	const form = original.closest("form");
	const show = () => {
		if (!original.dataset.x) return;
		mark.style.left = original.dataset.x + "%";
		mark.style.top = original.dataset.y + "%";
		mark.hidden = false;
	};
	show();
	original.addEventListener("click", (event) => {
		const box = original.getBoundingClientRect();
		const percent = (at, from, length) => Math.min(100, Math.max(0, Math.round((100 * (at - from)) / length)));
		form.elements.x.value = original.dataset.x = percent(event.clientX, box.left, box.width);
		form.elements.y.value = original.dataset.y = percent(event.clientY, box.top, box.height);
		form.elements.method.value = "focus";
		show();
		form.requestSubmit();
	});
	for (const select of form.querySelectorAll("select")) select.addEventListener("change", () => form.requestSubmit());
}
