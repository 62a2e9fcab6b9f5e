/* Two people, one sheet: both texts are shown, one goes on, the other stays beside it as a copy to paste from. */

export class Conflict {
  constructor({ copies, words, lay, goOn }) {
    Object.assign(this, { copies, words, lay, goOn });
    this.dialog = document.getElementById("conflict-dialog");
    this.isOpen = false;
    this.dialog.addEventListener("cancel", (event) => event.preventDefault()); /* only a choice closes it */
    this.dialog.querySelector("[data-take-theirs]").addEventListener("click", () => this.#settle(this.theirs, this.mine, this.words.yours));
    this.dialog.querySelector("[data-take-mine]").addEventListener("click", () => this.#settle(this.mine, this.theirs, this.words.theirs));
    document.getElementById("kept-copies").addEventListener("click", (event) => this.#keptAct(event));
  }

  open(answer, mine) {
    this.theirs = answer.document;
    this.mine = mine;
    this.version = answer.version;
    this.dialog.querySelector("[data-who]").textContent = answer.message || this.words.newer;
    this.dialog.querySelector("[data-theirs]").textContent = wordsOf(this.theirs);
    this.dialog.querySelector("[data-mine]").textContent = wordsOf(this.mine);
    this.isOpen = true;
    if (!this.dialog.open) this.dialog.showModal();
  }

  async #settle(chosen, other, whose) {
    const isStored = this.copies.keep(wordsOf(other), whose);
    this.showKept(isStored ? null : { words: wordsOf(other), whose, at: new Date().toISOString() });
    try {
      await this.lay(chosen);
    } catch {
      this.dialog.querySelector("[data-failed]").hidden = false;
      return; /* both texts are still on the page */
    }
    this.dialog.querySelector("[data-failed]").hidden = true;
    this.isOpen = false;
    this.dialog.close();
    this.goOn(this.version, chosen === this.theirs);
  }

  /* `extra` is a copy that this browser would not store: it stays on the page at least. */
  showKept(extra = null) {
    const place = document.getElementById("kept-copies");
    const template = document.getElementById("kept-copy").content.firstElementChild;
    const all = [...this.copies.kept(), ...(extra ? [extra] : [])];
    place.replaceChildren(
      ...all.map((copy, position) => {
        const shown = template.cloneNode(true);
        shown.dataset.position = position;
        shown.querySelector("[data-whose]").textContent = copy.whose;
        shown.querySelector("textarea").value = copy.words;
        return shown;
      }),
    );
  }

  #keptAct(event) {
    const shown = event.target.closest("[data-position]");
    if (event.target.closest("[data-copy-kept]")) navigator.clipboard.writeText(shown.querySelector("textarea").value);
    if (!event.target.closest("[data-drop]")) return;
    this.copies.drop(Number(shown.dataset.position));
    this.showKept();
  }
}

/* The words of a document, for reading and pasting: the sheet, then what each channel says of its own. */
export function wordsOf(written) {
  const textOf = (blocks) => blocks.map((block) => (block.type === "text" ? block.text : "﴿…﴾")).join("\n");
  const own = Object.values(written.variants || {}).filter((variant) => variant.blocks);
  const more = Object.values(written.variants || {}).flatMap((variant) => [
    variant.content_warning,
    variant.link,
    ...(variant.media || []).map((picture) => picture.alt),
  ]);
  return [written.title, textOf(written.body || []), ...own.map((variant) => textOf(variant.blocks)), ...more].filter(Boolean).join("\n\n");
}
