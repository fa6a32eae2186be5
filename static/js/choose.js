// Turns a field of numbers into a field of names: type a few letters, choose with the arrows or the pointer.
(() => {
  const words = document.documentElement.lang.startsWith("fr")
    ? { type: "Écrivez un nom", remove: "Retirer", none: "Rien de ce nom" }
    : { type: "Type a name", remove: "Remove", none: "Nothing by that name" };
  const make = (tag, attributes, text = "") => {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.textContent = text;
    return element;
  };

  const enhance = (field) => {
    if (field.dataset.chooseReady || field.name.includes("__prefix__")) return;
    field.dataset.chooseReady = "1";
    const many = "chooseMany" in field.dataset;
    const names = new Map(JSON.parse(field.dataset.chooseLabels));
    const label = field.getAttribute("aria-label") ?? document.querySelector(`label[for="${field.id}"]`)?.textContent.trim() ?? "";
    const box = make("div", { class: "choose" });
    const list = make("ul", { role: "listbox", id: `${field.id}-choices`, "aria-label": label, class: "choices-list" });
    const chosen = make("ul", { class: "chosen" });
    const input = make("input", {
      type: "text", id: field.id, role: "combobox", autocomplete: "off", placeholder: words.type,
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
    });
    if (field.hasAttribute("aria-label")) input.setAttribute("aria-label", label);
    if (field.hasAttribute("aria-describedby")) input.setAttribute("aria-describedby", field.getAttribute("aria-describedby"));
    field.removeAttribute("id");
    field.type = "hidden";
    list.hidden = true;
    field.before(box);
    box.append(...(many ? [chosen, input, list] : [input, list]), field);

    let timer, asked = "", active = -1;
    const keys = () => field.value.split(",").filter(Boolean);
    const set = (values) => { field.value = values.join(","); draw(); field.dispatchEvent(new Event("change", { bubbles: true })); };
    const draw = () => {
      if (!many) { input.value = names.get(field.value) ?? field.value; return; }
      chosen.hidden = !keys().length;
      chosen.replaceChildren(...keys().map((key) => {
        const item = make("li", {}, names.get(key) ?? key);
        const remove = make("button", { type: "button", "aria-label": `${words.remove} ${names.get(key) ?? key}` }, "×");
        remove.addEventListener("click", () => { set(keys().filter((other) => other !== key)); input.focus(); });
        item.append(remove);
        return item;
      }));
    };
    const show = (visible) => {
      list.hidden = !visible;
      input.setAttribute("aria-expanded", String(visible));
      if (!visible) point(-1);
    };
    const point = (index) => {
      active = index;
      [...list.children].forEach((item, position) => item.setAttribute("aria-selected", String(position === index)));
      if (index < 0) input.removeAttribute("aria-activedescendant");
      else { input.setAttribute("aria-activedescendant", list.children[index].id); list.children[index].scrollIntoView({ block: "nearest" }); }
    };
    const take = (item) => {
      if (!item.dataset.key) return;
      names.set(item.dataset.key, item.textContent);
      set(many ? [...new Set([...keys(), item.dataset.key])] : [item.dataset.key]);
      if (many) input.value = "";
      show(false);
    };
    const ask = async () => {
      asked = input.value.trim();
      if (!asked) { show(false); return; }
      const mine = asked;
      const answer = await fetch(`${field.dataset.choose}&term=${encodeURIComponent(mine)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || mine !== asked) return;
      const { results } = await answer.json();
      list.replaceChildren(...results.map((row, position) => make("li", { role: "option", id: `${list.id}-${position}`, "data-key": row.id, "aria-selected": "false" }, row.text)));
      if (!results.length) list.append(make("li", { role: "option", "aria-disabled": "true", id: `${list.id}-0` }, words.none));
      show(true);
    };
    input.addEventListener("input", () => {
      if (!many && !input.value.trim()) set([]);
      clearTimeout(timer);
      timer = setTimeout(ask, 200);
    });
    input.addEventListener("blur", () => setTimeout(() => { show(false); if (many) input.value = ""; else draw(); }, 150));
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => { const item = event.target.closest("li"); if (item) take(item); });
    input.addEventListener("keydown", (event) => {
      const last = list.children.length - 1;
      if (event.key === "Enter" && !list.hidden && active >= 0) take(list.children[active]);
      else if (event.key === "Enter" && input.value && !list.hidden) { /* an unfinished word must not send the form */ }
      else if (list.hidden) return;
      else if (event.key === "ArrowDown") point(active >= last ? 0 : active + 1);
      else if (event.key === "ArrowUp") point(active <= 0 ? last : active - 1);
      else if (event.key === "Escape") show(false);
      else return;
      event.preventDefault();
    });
    draw();
  };

  const enhanceAll = (root) => root.querySelectorAll("input[data-choose]").forEach(enhance);
  document.addEventListener("formset:added", (event) => enhanceAll(event.target));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => enhanceAll(document));
  else enhanceAll(document);
})();
