/* The sheet: reads the document out of the page as it stands, and lays blocks into it. The page is the only copy. */

export function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

function blocksOf(place) {
  return [...place.querySelectorAll(":scope > [data-block]")].map((block) => {
    if (block.dataset.block === "break") return { type: "break" };
    if (block.dataset.block === "verse") return { type: "verse", citation: Number(block.dataset.citation) };
    return { type: "text", text: block.querySelector("textarea").value };
  });
}

function chosen(field) {
  const said = field.type === "checkbox" ? (field.checked ? "on" : "off") : field.value;
  return [field.dataset.option, said];
}

function pictureOf(figure) {
  const picture = { media: Number(figure.dataset.media), alt: figure.querySelector("[data-alt]").value };
  const captions = Number(figure.querySelector("[data-captions]").value);
  const focus = ["x", "y"].map((axis) => Number(figure.querySelector(`[data-focus="${axis}"]`).value));
  return { ...picture, ...(captions ? { captions } : {}), focus };
}

function variantOf(panel) {
  const value = (name) => panel.querySelector(`[data-field="${name}"]`)?.value ?? "";
  return {
    blocks: panel.querySelector("[data-own]").checked ? blocksOf(panel.querySelector("[data-blocks]")) : null,
    media: [...panel.querySelectorAll("[data-media]")].map(pictureOf),
    link: value("link"),
    tags: value("tags").split(/\s+/).map((tag) => tag.replace(/^#/, "")).filter(Boolean),
    content_warning: value("content_warning"),
    visibility: value("visibility"),
    language: value("language"),
    options: Object.fromEntries([...panel.querySelectorAll("[data-option]")].map(chosen).filter(([, said]) => said)),
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
    const sources = [...this.form.querySelectorAll("[data-source]")].map((item) => Number(item.dataset.source));
    return { title: this.form.querySelector("[data-title]").value, body: blocksOf(this.body), sources, variants };
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

  /* The next post of a thread begins where the caret was in the channel's own text, or at its end. */
  insertBreak(panel) {
    const place = panel.querySelector("[data-blocks]");
    if (this.place !== place) Object.assign(this, { place, area: null });
    this.insertLocked(document.getElementById("break-block").innerHTML);
  }

  /* Another text for the channel alone, as the server drew it. */
  layOwn(panel, html) {
    const place = panel.querySelector("[data-blocks]");
    place.innerHTML = html;
    place.dataset.begun = "1";
    panel.querySelector("[data-own]").checked = true;
    this.showOwn(panel);
    this.changed();
  }

  showOwn(panel) {
    const isOwn = panel.querySelector("[data-own]").checked;
    panel.querySelector("[data-blocks]").hidden = !isOwn;
    panel.querySelectorAll("[data-own-tools]").forEach((tools) => (tools.hidden = !isOwn));
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
    this.showOwn(panel);
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

  /* A crop is laid around the point of the picture that was pointed at; the sliders are the same point by keyboard. */
  pointAt(plate, { clientX, clientY }) {
    const { left, top, width, height } = plate.querySelector("img").getBoundingClientRect();
    const at = { x: (clientX - left) / width, y: (clientY - top) / height };
    for (const slider of plate.closest("[data-media]").querySelectorAll("[data-focus]")) {
      slider.value = Math.round(at[slider.dataset.focus] * 20) * 5;
    }
    this.changed();
  }

  /* Another source than a verse stands under the sheet, once. */
  addSource({ citation, html }) {
    const list = this.form.querySelector("[data-sources]");
    if (!list.querySelector(`[data-source="${citation}"]`)) list.insertAdjacentHTML("beforeend", html);
    list.parentElement.hidden = false;
    this.changed();
  }

  dropSource(button) {
    const item = button.closest("[data-source]");
    const list = item.parentElement;
    item.remove();
    list.parentElement.hidden = !list.children.length;
    this.changed();
  }

  changed() {
    this.grown();
    this.form.dispatchEvent(new CustomEvent("sheet:changed"));
  }
}
