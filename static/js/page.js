// Applies the chosen appearance before the first paint, and lets the button of the footer change it.
(() => {
  const root = document.documentElement;
  const order = ["auto", "light", "dark"];
  const chosen = () => {
    try { return order.includes(localStorage.theme) ? localStorage.theme : "auto"; } catch { return "auto"; }
  };
  const apply = (theme) => {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    document.querySelectorAll("[data-theme-switch]").forEach((button) => { button.textContent = button.dataset[theme]; });
  };
  root.classList.add("has-js");
  apply(chosen());
  document.addEventListener("DOMContentLoaded", () => apply(chosen()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-switch]");
    if (!button) return;
    const next = order[(order.indexOf(chosen()) + 1) % order.length];
    try { localStorage.theme = next; } catch { /* private browsing: the choice lasts for this page */ }
    apply(next);
  });
})();

// Fetches what proposes answers while one types only for those who come to such a field.
(() => {
  const address = document.currentScript.dataset.suggest;
  document.addEventListener("focusin", (event) => {
    if (!event.target.dataset?.suggest || document.querySelector(`script[src="${address}"]`)) return;
    const script = document.createElement("script");
    script.src = address;
    document.head.append(script);
  });
})();

// Small courtesies of forms: one sending per click, filters that apply themselves, no text lost by leaving, menus that close.
(() => {
  const dirty = new WeakSet();
  let watched = 0;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
    if (form.method === "get" || form.target) return;
    if (form.dataset.sending) { event.preventDefault(); return; }
    form.dataset.sending = "1";
    if (dirty.delete(form)) watched -= 1;
    event.submitter?.setAttribute("aria-busy", "true");
  });

  // A page brought back by the « back » button must accept a new sending.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sending]").forEach((form) => {
      delete form.dataset.sending;
      form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
    });
  });

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form || !("keep" in form.dataset) || dirty.has(form)) return;
    dirty.add(form);
    watched += 1;
  });
  window.addEventListener("beforeunload", (event) => { if (watched) event.preventDefault(); });

  document.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form && "auto" in form.dataset && event.target.type !== "text" && event.target.type !== "search") form.requestSubmit();
  });

  const closeMenus = (around) => document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(around)) menu.open = false;
  });
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.activeElement?.closest?.("details.menu[open]");
    if (!menu) { closeMenus(null); return; }
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector("[data-focus]")?.focus();
    // A tab writes the name of its filing into its address, so that « back » and a reload find it again.
    const name = document.querySelector("form[data-tab] input[name=draft]")?.value;
    const here = new URL(location.href);
    if (!name || here.searchParams.has("demande")) return;
    here.searchParams.set("demande", name);
    history.replaceState(null, "", here);
  });
})();
