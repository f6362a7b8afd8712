// The console's light: theme without a reload, menus, dialogs, live runs, keys. Every page works without it.
(() => {
  "use strict";
  const root = document.documentElement;
  const on = (type, selector, act) => document.addEventListener(type, (event) => {
    const found = event.target instanceof Element && event.target.closest(selector);
    if (found) act(event, found);
  });

  // Theme: at once here, and kept by the server (a cookie) in the background.
  on("submit", "form[data-theme-form]", (event, form) => {
    event.preventDefault();
    const theme = event.submitter.value;
    root.dataset.theme = theme;
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === theme));
    fetch(form.action, { method: "POST", body: new URLSearchParams({ theme }), redirect: "manual" });
  });

  // Times are said where the browser is: from the next page on, the server knows by this cookie.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `attune-zone=${zone}; Path=/; SameSite=Lax; Max-Age=31536000${location.protocol === "https:" ? "; Secure" : ""}`;

  // Menus close on Escape and on a click elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // A link with data-dialog shows the sheet of its page in a dialog; the address is the same page.
  on("click", "a[data-dialog]", async (event, link) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || !window.HTMLDialogElement) return;
    event.preventDefault();
    try {
      const answer = await fetch(link.href);
      const sheet = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-sheet]");
      if (!answer.ok || !sheet) throw new Error("no sheet");
      const dialog = document.createElement("dialog");
      const title = sheet.querySelector("h1");
      if (title && title.id) dialog.setAttribute("aria-labelledby", title.id);
      dialog.append(document.adoptNode(sheet));
      document.body.append(dialog);
      dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
      dialog.showModal();
      const first = dialog.querySelector("input:not([type=hidden]), select, textarea");
      if (first) first.focus();
      if (window.htmx) window.htmx.process(dialog);
    } catch { location.assign(link.href); }
  });
  on("click", "[data-close]", (event, button) => {
    const dialog = button.closest("dialog");
    if (dialog) { event.preventDefault(); dialog.close(); }
  });
  on("submit", "form[data-confirm]", (event, form) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
  });
  on("click", "[data-print]", () => window.print());
  on("click", "[data-copy]", async (event, button) => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.dataset.copied = "";
  });
  on("change", "[data-all]", (event, box) => {
    for (const other of box.form.querySelectorAll(`input[name="${box.dataset.all}"]`)) other.checked = box.checked;
  });

  // Live parts: the server sends ready texts, by key; `say` is read aloud, `end` asks for the finished page.
  for (const live of document.querySelectorAll("[data-events]")) {
    const source = new EventSource(live.dataset.events);
    source.addEventListener("progress", (event) => {
      const values = JSON.parse(event.data);
      for (const place of live.querySelectorAll("[data-live]")) {
        const value = values[place.dataset.live];
        if (value === undefined || value === null) continue;
        if (place.matches("progress")) place.value = Number(value); else place.textContent = value;
      }
    });
    source.addEventListener("end", () => { source.close(); location.reload(); });
    window.addEventListener("pagehide", () => source.close());
  }

  // Keys (off with data-keys="off"): / search, Ctrl+K palette, g then a letter, ? help.
  let going = 0;
  document.addEventListener("keydown", (event) => {
    const palette = document.getElementById("palette");
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && palette) {
      event.preventDefault();
      palette.showModal();
      return;
    }
    if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
    if (root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea, [contenteditable]")) return;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (Date.now() < going && link) { location.assign(link.href); return; }
    if (event.key === "g") going = Date.now() + 1200;
    if (event.key === "/") {
      const search = document.querySelector("input[type=search]:not(dialog input)");
      if (search) { event.preventDefault(); search.focus(); }
    }
  });
  on("input", "#palette input", (event, input) => {
    const words = input.value.toLowerCase();
    for (const line of document.querySelectorAll("#palette li")) line.hidden = !line.hasAttribute("data-search") && !line.textContent.toLowerCase().includes(words);
  });
})();
