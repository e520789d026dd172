// The viewer: frames, zoom, pan, grey scale, and the box that marks what was missed. Pixels and boxes come from the server.
"use strict";
(() => {
  const frame = () => document.querySelector("#stage");
  if (!frame()) return;
  const state = { scale: 1, x: 0, y: 0, window: null, source: null, drawing: false, draft: null, full: false };
  const svg = () => frame().querySelector("svg");
  const picture = () => frame().querySelector("image");
  const open = () => !document.querySelector("#panel-pictures").hidden;
  const number = (name) => Number(frame().dataset[name]);
  const shadow = "http://www.w3.org/2000/svg";

  const own = () => ({ low: number("low"), high: number("high"), inverted: frame().dataset.inverted === "1" });
  const query = (window) => (window ? `&low=${window.low.toFixed(4)}&high=${window.high.toFixed(4)}&inverted=${window.inverted}` : "");

  const place = () => {
    if (!svg()) return;
    svg().style.transform = `translate(${state.x}px, ${state.y}px) scale(${state.scale})`;
    const near = natural() >= 1.5;
    frame().classList.toggle("near", near);
    document.querySelector("#zoom-figure").textContent = `${Math.round(100 * natural())} %`;
    if (near && !state.full) { state.full = true; load(); }
  };
  // screen pixels per pixel of the upright picture
  const natural = () => {
    const box = svg().viewBox.baseVal;
    return state.scale * Math.min(frame().clientWidth / box.width, frame().clientHeight / box.height);
  };
  const load = () => {
    const image = picture();
    if (!image) return;
    const { url, key, clear } = frame().dataset;
    image.setAttribute("href", `${url}${key}/png?clear=${clear}${query(state.window)}${state.full ? "&full=true" : ""}`);
  };
  const zoom = (by, at = null) => {
    const scale = Math.min(Math.max(state.scale * by, 0.5), 40);
    const rect = frame().getBoundingClientRect();
    const x = at ? at.clientX - rect.left : rect.width / 2;
    const y = at ? at.clientY - rect.top : rect.height / 2;
    state.x = x - ((x - state.x) * scale) / state.scale;
    state.y = y - ((y - state.y) * scale) / state.scale;
    state.scale = scale;
    place();
  };
  const fit = () => { Object.assign(state, { scale: 1, x: 0, y: 0 }); place(); };
  const move = (x, y) => { state.x += x; state.y += y; place(); };

  let waiting = null;
  const grey = (change) => {
    if (frame().dataset.clear !== "1" || !picture()) return;
    const now = state.window || own();
    const next = change({ ...now });
    if (next.high - next.low < 0.004 || next.low < -1 || next.high > 2) return;
    state.window = next;
    clearTimeout(waiting);
    waiting = setTimeout(load, 60);
    document.querySelector("[data-view=invert]").setAttribute("aria-pressed", String(next.inverted));
  };
  const shift = (by) => grey((w) => { const d = by * (w.high - w.low); return { ...w, low: w.low + d, high: w.high + d }; });
  const widen = (by) => grey((w) => { const c = (w.low + w.high) / 2; const h = ((w.high - w.low) / 2) * by; return { ...w, low: c - h, high: c + h }; });

  const show = (key, finding = "") => {
    if (!key || key === frame().dataset.key) { if (finding) outline(finding); return; }
    const { url, source, plane } = frame().dataset;
    const same = key.startsWith(`${source}.${plane}.`);
    const kept = same && state.window ? `${query(state.window).slice(1)}` : "";
    if (!same) Object.assign(state, { window: null, scale: 1, x: 0, y: 0 });
    state.full = false;
    state.drawing = false;
    htmx.ajax("GET", `${url}${key}?finding=${finding}${kept ? `&${kept}` : ""}`, { target: "#stage", swap: "outerHTML" });
    document.querySelectorAll("[data-shows]").forEach((link) => {
      if (link.dataset.shows === key) { link.setAttribute("aria-current", "true"); link.scrollIntoView({ block: "nearest" }); } else link.removeAttribute("aria-current");
    });
  };
  const outline = (finding) => frame().querySelectorAll("rect.box").forEach((box) => box.classList.toggle("current", box.dataset.findings.split(" ").includes(finding)));
  const go = (which) => { if (frame().dataset[which]) show(frame().dataset[which]); };

  // -- the box that marks what was missed, in pixels of the stored picture
  const point = (event) => {
    const group = svg().querySelector("g");
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(group.getScreenCTM().inverse());
    return { x: Math.min(Math.max(at.x, 0), number("width")), y: Math.min(Math.max(at.y, 0), number("height")) };
  };
  const paint = () => {
    let rect = frame().querySelector("rect.draft");
    if (!state.draft) { if (rect) rect.remove(); return; }
    if (!rect) { rect = document.createElementNS(shadow, "rect"); rect.setAttribute("class", "draft"); svg().querySelector("g").append(rect); }
    const { x0, y0, x1, y1 } = corners();
    rect.setAttribute("x", x0); rect.setAttribute("y", y0); rect.setAttribute("width", x1 - x0); rect.setAttribute("height", y1 - y0);
  };
  const corners = () => {
    const { a, b } = state.draft;
    return { x0: Math.floor(Math.min(a.x, b.x)), y0: Math.floor(Math.min(a.y, b.y)), x1: Math.ceil(Math.max(a.x, b.x)), y1: Math.ceil(Math.max(a.y, b.y)) };
  };
  const draw = (start) => {
    if (!document.querySelector("[data-view=draw]") || !svg()) return;
    state.drawing = start;
    const { left, top, width, height } = frame().getBoundingClientRect();
    const seen = (x, y) => point({ clientX: left + x * width, clientY: top + y * height });
    state.draft = start ? { a: seen(0.4, 0.46), b: seen(0.6, 0.54) } : null;
    frame().classList.toggle("drawing", start);
    document.querySelector("[data-view=draw]").setAttribute("aria-pressed", String(start));
    if (start) frame().focus();
    paint();
  };
  const accept = () => {
    const box = corners();
    if (box.x1 <= box.x0 || box.y1 <= box.y0) return;
    const dialog = document.querySelector("#missed-box");
    const form = dialog.querySelector("form");
    for (const name of ["source", "plane", "index"]) form.elements[name].value = frame().dataset[name];
    for (const [name, value] of Object.entries(box)) form.elements[name].value = value;
    dialog.showModal();
    form.elements.category.focus();
  };
  const nudge = (dx, dy, size) => {
    const step = Math.max(number("width"), number("height")) / 100;
    const [w, h] = [number("width"), number("height")];
    const put = (p) => ({ x: Math.min(Math.max(p.x + dx * step, 0), w), y: Math.min(Math.max(p.y + dy * step, 0), h) });
    if (!size) state.draft.a = put(state.draft.a);
    state.draft.b = put(state.draft.b);
    paint();
  };

  const acts = {
    previous: () => go("previous"), next: () => go("next"), in: () => zoom(1.25), out: () => zoom(0.8), fit,
    darker: () => shift(0.12), brighter: () => shift(-0.12), softer: () => widen(1.25), harder: () => widen(0.8),
    invert: () => grey((w) => ({ ...w, inverted: !w.inverted })), draw: () => draw(!state.drawing),
  };
  const keys = { ",": "previous", ".": "next", PageUp: "previous", PageDown: "next", "+": "in", "=": "in", "-": "out", 0: "fit", "[": "darker", "]": "brighter", "{": "softer", "}": "harder", i: "invert", b: "draw" };
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const key = (event) => {
    if (!open() || !svg()) return false;
    const arrow = arrows[event.key];
    if (state.drawing) {
      if (arrow) { nudge(...arrow, event.shiftKey); return true; }
      if (event.key === "Enter") { accept(); return true; }
      if (event.key === "Escape") { draw(false); return true; }
    }
    if (arrow && event.shiftKey) { move(-60 * arrow[0], -60 * arrow[1]); return true; }
    if (!(event.key in keys)) return false;
    acts[keys[event.key]]();
    return true;
  };

  let from = null;
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest("#stage") || !svg()) return;
    const leveling = event.button === 2 || event.shiftKey;
    from = { x: event.clientX, y: event.clientY, leveling };
    if (state.drawing && !leveling) { const at = point(event); state.draft = { a: at, b: at }; from.drawing = true; }
    frame().setPointerCapture(event.pointerId);
  });
  document.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (from.drawing) { state.draft.b = point(event); paint(); return; }
    from.x = event.clientX; from.y = event.clientY;
    if (from.leveling) { widen(1 + dx / 200); shift(-dy / 300); } else move(dx, dy);
  });
  document.addEventListener("pointerup", () => {
    const drew = from && from.drawing;
    from = null;
    if (drew) accept();
  });
  document.addEventListener("contextmenu", (event) => { if (event.target.closest("#stage")) event.preventDefault(); });
  document.addEventListener("wheel", (event) => {
    if (!event.target.closest("#stage")) return;
    event.preventDefault();
    if (event.ctrlKey) zoom(event.deltaY < 0 ? 1.15 : 0.87, event); else go(event.deltaY > 0 ? "next" : "previous");
  }, { passive: false });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-view]");
    const link = event.target.closest("[data-shows]");
    if (button) acts[button.dataset.view]();
    if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); show(link.dataset.shows); }
  });

  const settled = () => {
    document.querySelector("#frame-number").textContent = number("count") > 1 ? `${number("index")} / ${number("count")}` : "";
    state.draft = null;
    if (svg() && open()) place();
  };
  document.body.addEventListener("htmx:afterSettle", settled);
  window.addEventListener("resize", settled);
  settled();
  window.phivetViewer = { show, key, settle: settled };
})();
