// The console by keys: every single key presses the button that carries it (data-key); the queue, the findings, the tabs.
"use strict";
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const main = one("#main");
  const page = main ? main.dataset.page : "";
  const shown = (element) => element && element.offsetParent !== null && !element.disabled;

  // -- what works only with a script, and what only without
  all("[data-opens]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => one(`#${button.dataset.opens}`).showModal());
  });
  all("[data-hidden-by-script]").forEach((element) => { element.hidden = true; });
  all("[data-submits]").forEach((select) => select.addEventListener("change", () => select.form.requestSubmit()));
  all("[data-closes]").forEach((button) => button.addEventListener("click", () => button.closest("dialog").close()));

  const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRF-Token"] || "";
  const post = (path) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = path;
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = "csrf_token";
    field.value = token();
    form.append(field);
    document.body.append(form);
    form.submit();
  };

  // -- the countdown of the minute in which a decision can be undone
  const countdown = one("[data-countdown]");
  if (countdown) {
    const ends = Date.now() + 1000 * Number(countdown.textContent);
    const timer = setInterval(() => {
      const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
      countdown.textContent = left;
      if (!left) { clearInterval(timer); countdown.closest("form").hidden = true; }
    }, 500);
  }

  // -- the queue
  const rows = () => all("tr[data-row]");
  const here = () => rows().findIndex((row) => row.classList.contains("here"));
  const stand = (index, focus = true) => {
    const list = rows();
    if (!list.length) return;
    list.forEach((row) => row.classList.remove("here"));
    const row = list[Math.min(Math.max(index, 0), list.length - 1)];
    row.classList.add("here");
    if (focus) { one("a", row).focus(); row.scrollIntoView({ block: "nearest" }); }
  };
  const take = (row) => {
    const path = one("a", row).getAttribute("href");
    if (row.dataset.held) window.location.assign(path); else post(`${path}/claim`);
  };
  if (page === "queue") {
    stand(0, false);
    document.addEventListener("click", (event) => {
      const row = event.target.closest("tr[data-row]");
      if (!row || event.target.closest("form") || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      take(row);
    });
    document.addEventListener("focusin", (event) => {
      const row = event.target.closest("tr[data-row]");
      if (row) stand(rows().indexOf(row), false);
    });
    document.body.addEventListener("htmx:beforeSwap", () => { main.dataset.at = Math.max(here(), 0); });
    document.body.addEventListener("htmx:afterSettle", () => stand(Number(main.dataset.at || 0), false));
  }

  // -- the findings of a case
  const findings = () => all("[data-finding]", one("#lines") || document.createElement("ol"));
  const current = () => one("#lines [aria-current]");
  const tabs = () => all("[role=tab]");
  const openTab = (name, focus = false) => tabs().forEach((tab) => {
    const chosen = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    one(`#${tab.getAttribute("aria-controls")}`).hidden = !chosen;
    if (chosen && focus) tab.focus();
    if (chosen && name === "pictures" && window.phivetViewer) window.phivetViewer.settle();
  });
  const point = (key) => {
    all(".evidence .current").forEach((element) => element.classList.remove("current"));
    const places = all(`.evidence [data-findings~="${key}"]`);
    places.forEach((element) => element.classList.add("current"));
    return places.find((element) => element.offsetParent !== null && !element.closest("svg"));
  };
  const select = (finding, look = true) => {
    findings().forEach((each) => each.removeAttribute("aria-current"));
    finding.setAttribute("aria-current", "true");
    main.dataset.here = finding.dataset.finding;
    finding.scrollIntoView({ block: "nearest" });
    if (!look) return;
    openTab(finding.dataset.section);
    if (finding.dataset.picture && window.phivetViewer) window.phivetViewer.show(finding.dataset.picture, finding.dataset.finding);
    const place = point(finding.dataset.finding);
    if (place) place.scrollIntoView({ block: "center" });
  };
  const step = (by) => {
    const list = findings();
    const next = list[Math.min(Math.max(list.indexOf(current()) + by, 0), list.length - 1)];
    if (next) { select(next); one("a", next).focus(); }
  };
  const judge = (verdict) => {
    const button = current() && one(`button[value="${verdict}"]`, current());
    if (shown(button)) button.click();
  };
  if (page === "case") {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("[data-selects]");
      const tab = event.target.closest("[role=tab]");
      const other = event.target.closest("[data-other]");
      const finding = event.target.closest("[data-finding]:not([aria-current])");
      const decides = event.target.closest("[data-decides]");
      if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); select(link.closest("[data-finding]")); }
      else if (finding && finding.closest("#lines") && !event.target.closest("button")) select(finding);
      if (tab) openTab(tab.id.replace("tab-", ""));
      if (other) { select(other.closest("[data-finding]"), false); const dialog = one("#other-category"); dialog.dataset.finding = current().dataset.finding; dialog.showModal(); one("#other-select").focus(); }
      if (decides) ask(decides.dataset.decides);
    });
    one("[role=tablist]").addEventListener("keydown", (event) => {
      const turn = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!turn) return;
      const forward = document.dir === "rtl" ? -turn : turn;
      const list = tabs();
      const at = list.indexOf(document.activeElement);
      openTab(list[(at + forward + list.length) % list.length].id.replace("tab-", ""), true);
      event.preventDefault();
    });
    const other = one("#other-category");
    if (other) other.addEventListener("close", () => {
      const finding = one(`#finding-${other.dataset.finding}`);
      if (other.returnValue !== "chosen" || !finding) return;
      other.returnValue = "";
      one("[name=category]", finding).value = one("#other-select").value;
      const button = one("[data-other]", finding);
      button.type = "submit";
      button.removeAttribute("data-other");
      button.click();
    });
    // whoever judges goes on at once; the answer takes the place of the line meanwhile
    document.addEventListener("submit", (event) => {
      const at = event.target.closest("#lines [data-finding]");
      if (!at) return;
      at.classList.add("judged");
      const list = findings();
      const open = (each) => !each.classList.contains("judged");
      const next = list.slice(list.indexOf(at) + 1).find(open) || list.find(open) || at;
      setTimeout(() => { select(next); one("a", next).focus({ preventScroll: true }); });
    });
    document.body.addEventListener("htmx:afterSettle", () => {
      if (findings().length && !current()) select(one(`#finding-${main.dataset.here}`) || findings()[0], false);
    });
    document.body.addEventListener("htmx:responseError", () => window.location.reload());
    const start = current();
    if (start) { start.scrollIntoView({ block: "nearest" }); const place = point(start.dataset.finding); if (place) place.scrollIntoView({ block: "center" }); window.scrollTo(0, 0); }
  }
  async function ask(decision) {
    const dialog = one(`#decide-${decision}`);
    const letter = one("[data-letter]", dialog);
    const answer = await fetch(`${main.dataset.case}/letter/${decision}`, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (answer.redirected) { window.location.assign(answer.url); return; }
    letter.innerHTML = await answer.text();
    const go = one("button.primary", dialog);
    go.disabled = Boolean(one("[role=alert]", letter));
    dialog.showModal();
    (go.disabled ? one("[data-closes]", dialog) : go).focus();
  }

  // -- keys
  const switchKeys = one("#keys-on");
  const on = () => localStorage.getItem("phivet-keys") !== "off";
  if (switchKeys) {
    switchKeys.checked = on();
    switchKeys.addEventListener("change", () => localStorage.setItem("phivet-keys", switchKeys.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", (event) => { // Enter in a list of a dialog is its answer
    const dialog = event.key === "Enter" && event.target.closest("dialog select") && event.target.closest("dialog");
    if (!dialog) return;
    event.preventDefault();
    one("button.primary", dialog).click();
  });
  const press = (key) => {
    const button = all("[data-key]").find((element) => element.dataset.key === key && shown(element));
    if (!button) return false;
    button.click();
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || one("dialog[open]")) return;
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (typing) { if (event.key === "Escape") event.target.blur(); return; }
    if (event.key === "?") { one("#help").showModal(); event.preventDefault(); return; }
    if (!on()) return;
    const key = event.key;
    let done = true;
    if (page === "queue") {
      if (key === "j" || key === "ArrowDown") stand(here() + 1);
      else if (key === "k" || key === "ArrowUp") stand(here() - 1);
      else if (key === "Enter" && (event.target === document.body || event.target.closest("tr[data-row] a"))) { const row = rows()[Math.max(here(), 0)]; if (row) take(row); }
      else if (key === "f") one(".filters select").focus();
      else if (key === "r") { const button = here() >= 0 && one("form button", rows()[here()]); if (button) button.click(); }
      else done = press(key);
    } else if (page === "case") {
      const judging = { y: "right", x: "wrong", c: "other" };
      if (key === "j") step(1);
      else if (key === "k") step(-1);
      else if (key in judging) judge(judging[key]);
      else if (key === "m" && one("#words")) { openTab("notes"); one("#words").focus(); }
      else done = (window.phivetViewer && window.phivetViewer.key(event)) || press(key);
    } else done = press(key);
    if (done) event.preventDefault();
  });
})();
