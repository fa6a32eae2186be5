// Proposes topics while one types in a field `data-suggest="address"` (page.js fetches this file then); Enter without a choice searches as usual.
// The address answers an HTML list: <li><a href="…">Topic <small>Family</small></a></li>…, or nothing.
// A link with data-value="…" fills the field instead of leading elsewhere.
(() => {
  document.querySelectorAll("input[data-suggest]").forEach((input) => {
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.id = `${input.id}-suggestions`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.dataset.suggestLabel || "");
    list.hidden = true;
    input.after(list);
    Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off" })
      .forEach(([name, value]) => input.setAttribute(name, value));
    let timer, asked = "", active = -1;

    const options = () => [...list.children];
    const show = (visible) => {
      list.hidden = !visible;
      input.setAttribute("aria-expanded", String(visible));
      if (!visible) choose(-1);
    };
    const choose = (index) => {
      active = index;
      options().forEach((option, position) => option.setAttribute("aria-selected", String(position === index)));
      if (index < 0) input.removeAttribute("aria-activedescendant");
      else input.setAttribute("aria-activedescendant", options()[index].id);
    };
    const fill = (html) => {
      const page = new DOMParser().parseFromString(html, "text/html");
      list.replaceChildren(...[...page.querySelectorAll("li")].slice(0, 6).map((item, position) => {
        const link = item.querySelector("a");
        item.id = `${list.id}-${position}`;
        item.setAttribute("role", "option");
        item.dataset.href = link.getAttribute("href");
        if (link.dataset.value) item.dataset.value = link.dataset.value;
        item.replaceChildren(...link.childNodes);
        return item;
      }));
      show(list.children.length > 0);
    };
    const ask = async () => {
      const words = input.value.trim();
      asked = words;
      if (words.length < 3) { show(false); return; }
      try {
        const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(words)}`);
        if (answer.ok && asked === words) fill(await answer.text());
      } catch { show(false); }
    };
    const go = (item) => {
      if (!item.dataset.value) { window.location.href = item.dataset.href; return; }
      input.value = item.dataset.value;
      show(false);
    };

    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 180); });
    if (input === document.activeElement) ask();
    input.addEventListener("blur", () => setTimeout(() => show(false), 150));
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => { const item = event.target.closest("li"); if (item) go(item); });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      const last = list.children.length - 1;
      if (event.key === "ArrowDown") choose(active >= last ? 0 : active + 1);
      else if (event.key === "ArrowUp") choose(active <= 0 ? last : active - 1);
      else if (event.key === "Escape") show(false);
      else if (event.key === "Enter" && active >= 0) go(options()[active]);
      else return;
      event.preventDefault();
    });
  });
})();
