// The page is complete without this: it sorts, filters and folds what is there.
(() => {
  "use strict";
  const PAGE = 50;
  const FEW = 12;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (name, attributes = {}, text = "") => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };
  const button = (text, act) => {
    const element = make("button", { type: "button" }, text);
    element.addEventListener("click", act);
    return element;
  };
  const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const own = (cell) => [...cell.childNodes].filter((it) => it.nodeName !== "SMALL").map((it) => it.textContent).join("");
  const value = (cell) => cell.dataset.value ?? own(cell).trim();

  // One table: its groups of rows, what is shown of them, and how they are sorted.
  const adopt = (table) => {
    const region = table.closest(".scroll");
    const groups = all("tbody", table).map((body) => {
      const head = body.querySelector("tr.group");
      const rows = all("tr", body).filter((row) => row !== head);
      return { body, head, rows, open: true, toggle: null };
    });
    const total = groups.reduce((sum, group) => sum + group.rows.length, 0);
    const folds = groups.some((group) => group.head);
    let limit = PAGE;
    let own = "";
    let everywhere = "";
    const texts = new Map();
    const text = (row) => {
      if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
      return texts.get(row);
    };
    const more = make("p", { class: "more" });
    const status = make("span", { role: "status" });

    const show = () => {
      const wanted = [own, everywhere].filter(Boolean);
      let found = 0;
      let shown = 0;
      for (const group of groups) {
        const name = group.head ? group.head.textContent.toLowerCase() : "";
        let inGroup = 0;
        for (const row of group.rows) {
          const fits = wanted.every((word) => text(row).includes(word) || name.includes(word));
          row.hidden = !fits;
          if (!fits) continue;
          found += 1;
          inGroup += 1;
          const visible = folds ? group.open || wanted.length > 0 : shown < limit;
          row.classList.toggle("later", !visible);
          if (visible) shown += 1;
        }
        if (group.head) group.head.hidden = inGroup === 0;
        if (group.toggle) group.toggle.setAttribute("aria-expanded", String(group.open || wanted.length > 0));
      }
      status.textContent = wanted.length > 0 ? `${found} of ${total}` : "";
      more.replaceChildren();
      if (!folds && found > shown) {
        more.append(
          make("span", {}, `${shown} of ${found} shown`),
          button(`Show ${Math.min(PAGE, found - shown)} more`, () => { limit += PAGE; show(); }),
          button("Show all", () => { limit = Infinity; show(); }),
        );
      }
    };

    const heads = all("thead th", table);
    const sort = (column) => {
      const th = heads[column];
      const way = th.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      heads.forEach((head) => head.removeAttribute("aria-sort"));
      th.setAttribute("aria-sort", way);
      const sign = way === "ascending" ? 1 : -1;
      const isNumber = th.classList.contains("n");
      for (const group of groups) {
        const keyed = group.rows.map((row, index) => ({ row, index, key: value(row.cells[column]) }));
        keyed.sort((one, other) => {
          // What says nothing comes last, either way.
          if ((one.key === "") !== (other.key === "")) return one.key === "" ? 1 : -1;
          const order = isNumber ? Number(one.key) - Number(other.key) : words.compare(one.key, other.key);
          return sign * order || one.index - other.index;
        });
        group.rows = keyed.map((it) => it.row);
        group.body.append(...group.rows);
      }
      show();
    };
    if (total > 1) {
      heads.forEach((th, column) => {
        const title = th.textContent.trim();
        th.replaceChildren(button(title, () => sort(column)));
      });
    }

    for (const group of groups) {
      if (!group.head || total <= FEW) continue;
      const th = group.head.cells[0];
      group.toggle = button("", () => { group.open = !group.open; show(); });
      group.toggle.append(...th.childNodes);
      th.append(group.toggle);
    }
    if (folds && total > PAGE) {
      let sum = 0;
      groups.forEach((group, index) => {
        sum += group.rows.length;
        group.open = index === 0 || sum <= PAGE;
      });
    }
    if (total > FEW) {
      const caption = table.querySelector(".caption").textContent;
      const bar = make("div", { class: "bar" });
      const field = make("input", { type: "search", class: "find", placeholder: "Filter these rows", "aria-label": `Filter: ${caption}` });
      field.addEventListener("input", () => { own = field.value.trim().toLowerCase(); show(); });
      bar.append(field, status);
      if (folds && total > PAGE) {
        bar.append(
          button("Open all", () => { groups.forEach((group) => { group.open = true; }); show(); }),
          button("Close all", () => { groups.forEach((group) => { group.open = false; }); show(); }),
        );
      }
      region.before(bar);
      region.after(more);
      // Rows come page by page now, so the table needs no height of its own.
      region.classList.remove("large");
    } else {
      limit = Infinity;
    }
    show();
    return {
      filter: (word) => { everywhere = word; show(); },
      reveal: (row) => {
        const group = groups.find((it) => it.rows.includes(row));
        if (!group) return;
        group.open = true;
        limit = Math.max(limit, group.rows.indexOf(row) + 1);
        show();
      },
    };
  };

  const tables = new Map(all("table[data-table]").map((table) => [table, adopt(table)]));

  // One filter for all tables, beside the contents.
  const contents = document.querySelector(".contents");
  if (contents && all("table[data-table] tbody tr").length > FEW) {
    const field = make("input", { type: "search", class: "find", placeholder: "Filter the page", "aria-label": "Filter all tables" });
    field.addEventListener("input", () => {
      const word = field.value.trim().toLowerCase();
      tables.forEach((table) => table.filter(word));
    });
    contents.prepend(field);
  }

  // A link to a record ends at its row, folded away or not.
  const reveal = () => {
    const row = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const table = row && row.closest("table[data-table]");
    if (!table || !tables.has(table) || row.tagName !== "TR") return;
    tables.get(table).reveal(row);
    row.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", reveal);
  reveal();

  // The contents say where the reader is.
  const links = new Map(all(".contents a").map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      links.forEach((link) => link.removeAttribute("aria-current"));
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-20% 0px -75% 0px" });
  all(".part").forEach((part) => seen.observe(part));

  // Where a picture has no room, the newest months are those that matter.
  all("[data-chart=open_over_time] .picture, [data-chart=flow] .picture").forEach((picture) => { picture.scrollLeft = picture.scrollWidth; });

  // Only what scrolls has to be reached by keyboard.
  const sized = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const scrolls = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight;
      if (scrolls) target.setAttribute("tabindex", "0");
      else target.removeAttribute("tabindex");
    }
  });
  all(".scroll").forEach((region) => sized.observe(region));
})();
