// The desk by keyboard: j and k walk the queue, r goes to the organisations, / searches, ? tells the keys.
(() => {
  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const queue = document.querySelector("[data-queue]");
  const help = document.getElementById("clavier");
  const stored = (kind, key, value) => {
    try { return value === undefined ? kind[key] : (kind[key] = value); } catch { return undefined; }
  };

  // The queue stays where it was when the next request opens: nothing moves under the cursor.
  const place = `queue ${document.querySelector(".tabs [aria-current]")?.textContent ?? location.search}`;
  const before = Number(stored(sessionStorage, place) ?? 0);
  if (queue && before) queue.scrollTop = before;
  queue?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  addEventListener("pagehide", () => stored(sessionStorage, place, String(queue?.scrollTop ?? 0)));

  const lines = () => [...(queue?.querySelectorAll("li a") ?? [])];
  const walk = (step) => {
    const all = lines();
    const here = all.indexOf(document.activeElement);
    const from = here >= 0 ? here : all.findIndex((line) => line.hasAttribute("aria-current"));
    const next = all[Math.min(Math.max(from + step, 0), all.length - 1)];
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
  };
  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    "/": () => { const field = document.getElementById("q"); field?.focus(); field?.select(); },
    r: () => document.querySelector("#orienter input[type=checkbox], #orienter summary")?.focus(),
    "?": () => help?.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help?.open) return;
    if (event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]")) return;
    if (stored(localStorage, "triageKeys") === "off" && event.key !== "?") return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.querySelector("[data-help]")?.addEventListener("click", () => help?.showModal());
  const off = document.querySelector("[data-keys-off]");
  if (off) {
    off.checked = stored(localStorage, "triageKeys") === "off";
    off.addEventListener("change", () => stored(localStorage, "triageKeys", off.checked ? "off" : "on"));
  }
})();
