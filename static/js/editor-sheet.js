/* The sheet: reads the document out of the page as it stands, and lays blocks into it. The page is the only copy. */

export function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

function blocksOf(place) {
  return [...place.querySelectorAll(":scope > [data-block]")].map((block) =>
    block.dataset.block === "verse"
      ? { type: "verse", citation: Number(block.dataset.citation) }
      : { type: "text", text: block.querySelector("textarea").value },
  );
}

function variantOf(panel) {
  const value = (name) => panel.querySelector(`[data-field="${name}"]`)?.value ?? "";
  return {
    blocks: panel.querySelector("[data-own]").checked ? blocksOf(panel.querySelector("[data-blocks]")) : null,
    media: [...panel.querySelectorAll("[data-media]")].map((figure) => ({
      media: Number(figure.dataset.media),
      alt: figure.querySelector("[data-alt]").value,
    })),
    link: value("link"),
    tags: value("tags").split(/\s+/).map((tag) => tag.replace(/^#/, "")).filter(Boolean),
    content_warning: value("content_warning"),
  };
}

export class Sheet {
  constructor(form) {
    this.form = form;
    this.place = null; /* the block list that the person last wrote in, for inserting */
    this.area = null;
    form.addEventListener("focusin", (event) => this.#remember(event.target));
    form.addEventListener("keydown", (event) => this.#backspace(event));
  }

  get body() {
    return this.form.querySelector("[data-blocks='body']");
  }

  panels() {
    return [...this.form.querySelectorAll("[data-variant]")];
  }

  read() {
    const variants = {};
    for (const panel of this.panels()) variants[panel.dataset.variant] = variantOf(panel);
    Object.assign(variants, JSON.parse(document.getElementById("withdrawn").textContent));
    return { title: this.form.querySelector("[data-title]").value, body: blocksOf(this.body), variants };
  }

  text() {
    return JSON.stringify(this.read());
  }

  grown() {
    this.form.querySelectorAll("textarea").forEach(grow);
  }

  newText(text = "") {
    const block = document.getElementById("text-block").content.firstElementChild.cloneNode(true);
    block.querySelector("textarea").value = text;
    return block;
  }

  /* Lay a locked block where the caret was: the paragraph is cut there, and not a character is lost. */
  insertLocked(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const verse = holder.content.querySelector("[data-block]");
    const place = this.place?.isConnected && !this.place.hidden ? this.place : this.body;
    const area = this.area?.isConnected && place.contains(this.area) ? this.area : null;
    if (area) this.#cutAround(area, verse);
    else place.append(verse);
    if (!verse.nextElementSibling) verse.after(this.newText());
    this.#nameBlocks(place);
    this.changed();
    verse.nextElementSibling.querySelector("textarea")?.focus();
  }

  #cutAround(area, verse) {
    const block = area.closest("[data-block]");
    const before = area.value.slice(0, area.selectionEnd).replace(/\n+$/, "");
    const after = area.value.slice(area.selectionEnd).replace(/^\n+/, ""); /* blocks stand apart by themselves */
    block.after(verse);
    if (after) verse.after(this.newText(after));
    area.value = before;
    if (!before) block.remove();
  }

  #nameBlocks(place) {
    const prefix = place.dataset.blocks;
    for (const block of place.querySelectorAll(":scope > [data-block]")) {
      block.querySelector("[data-kind]").name = `${prefix}.kind`;
      block.querySelector("[data-value]").name = `${prefix}.value`;
    }
  }

  /* A channel that takes leave of the sheet begins from the words that stand there now. */
  startOwn(panel) {
    const place = panel.querySelector("[data-blocks]");
    if (!place.dataset.begun) {
      const copies = [...this.body.querySelectorAll(":scope > [data-block]")].map((block) => {
        const copy = block.cloneNode(true);
        const area = copy.querySelector("textarea");
        if (area) area.value = block.querySelector("textarea").value;
        return copy;
      });
      place.replaceChildren(...copies);
      place.dataset.begun = "1";
      this.#nameBlocks(place);
    }
    place.hidden = false;
  }

  act(button) {
    const block = button.closest("[data-block]");
    const { act } = button.dataset;
    if (act === "up") block.previousElementSibling?.before(block);
    if (act === "down") block.nextElementSibling?.after(block);
    if (act === "remove") this.#remove(block);
    else button.focus();
    this.changed();
  }

  #remove(block) {
    const place = block.parentElement;
    const next = block.nextElementSibling || block.previousElementSibling;
    block.remove();
    if (!place.querySelector("[data-block]")) place.append(this.newText());
    this.#nameBlocks(place);
    (next || place).querySelector("textarea")?.focus();
  }

  #remember(target) {
    if (!target.matches("textarea[data-value]")) return;
    this.area = target;
    this.place = target.closest("[data-blocks]");
  }

  /* In an empty paragraph, backspace takes the paragraph away; there is nothing in it to lose. */
  #backspace(event) {
    const area = event.target;
    if (event.key !== "Backspace" || !area.matches("textarea[data-value]") || area.value) return;
    const block = area.closest("[data-block]");
    const before = block.previousElementSibling;
    if (!before || block.parentElement.querySelectorAll("[data-block='text']").length < 2) return;
    event.preventDefault();
    block.remove();
    (before.querySelector("textarea") || before.querySelector("button"))?.focus();
    this.changed();
  }

  changed() {
    this.grown();
    this.form.dispatchEvent(new CustomEvent("sheet:changed"));
  }
}
