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
