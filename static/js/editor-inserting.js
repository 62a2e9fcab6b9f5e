/* The dialogs of the sheet: a verse by reference, another source by search, and a picture with its description. */

import { ask, LineDropped, Refused, SignInEnded } from "./editor-asking.js";

export class Dialog {
  /* `words` are the sentences for a dropped line and an ended sign-in; refusals bring their own. */
  constructor(dialog, words, signIn) {
    Object.assign(this, { dialog, words, signIn });
    this.form = dialog.querySelector("form");
    this.error = dialog.querySelector("[data-error]");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run(() => this.send());
    });
  }

  open() {
    this.say("");
    this.dialog.showModal();
  }

  say(sentence) {
    this.error.hidden = !sentence;
    this.error.querySelector("[data-sentence]").textContent = sentence;
  }

  async run(work) {
    const button = this.form.querySelector("[data-send]");
    if (button.dataset.busy) return;
    button.dataset.busy = "1";
    this.say("");
    try {
      await work();
    } catch (error) {
      this.explain(error);
    } finally {
      delete button.dataset.busy;
    }
  }

  explain(error) {
    if (error instanceof Refused) this.say(error.message);
    else if (error instanceof LineDropped) this.say(this.words.dropped);
    else if (error instanceof SignInEnded) this.signIn();
    else throw error;
  }
}

export class VerseDialog extends Dialog {
  constructor(dialog, words, signIn, insert) {
    super(dialog, words, signIn);
    this.insert = insert;
    this.preview = dialog.querySelector("[data-verse]");
    this.surah = this.form.elements.surah;
    this.surah.addEventListener("change", () => this.#limit());
    this.form.addEventListener("input", (event) => {
      const { ayah_from: first, ayah_to: last } = this.form.elements;
      if (event.target === first && Number(last.value) < Number(first.value)) last.value = first.value;
      this.#later();
    });
    this.#limit();
  }

  open() {
    super.open();
    this.#look();
  }

  #limit() {
    const last = this.surah.selectedOptions[0]?.dataset.ayat;
    for (const name of ["ayah_from", "ayah_to"]) this.form.elements[name].max = last;
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#look(), 250);
  }

  async #look() {
    const turn = (this.turn = (this.turn || 0) + 1);
    try {
      const answer = await ask(this.form.dataset.look, new FormData(this.form));
      if (turn !== this.turn) return;
      this.preview.innerHTML = answer.html;
      this.say("");
    } catch (error) {
      if (turn !== this.turn) return;
      this.preview.textContent = "";
      this.explain(error);
    }
  }

  async send() {
    const answer = await ask(this.form.action, new FormData(this.form));
    this.dialog.close();
    this.insert(answer.html);
  }
}

export class PictureDialog extends Dialog {
  constructor(dialog, words, signIn, insert) {
    super(dialog, words, signIn);
    this.insert = insert;
    this.file = dialog.querySelector("[data-file]");
    this.ofVideo = dialog.querySelector("[data-of-video]");
    this.working = dialog.querySelector("[data-working]");
    this.file.addEventListener("change", () => this.#offerCaptions());
  }

  #offerCaptions() {
    const chosen = this.file.files[0];
    this.ofVideo.hidden = !(chosen && (chosen.type.startsWith("video/") || /\.(mov|mp4|webm)$/i.test(chosen.name)));
    if (this.ofVideo.hidden) this.ofVideo.querySelector("input").value = "";
  }

  async send() {
    this.working.hidden = false;
    try {
      const answer = await ask(this.form.action, new FormData(this.form));
      this.dialog.close();
      this.form.reset();
      this.#offerCaptions();
      this.insert(answer);
    } finally {
      this.working.hidden = true;
    }
  }
}

export class SourceDialog extends Dialog {
  constructor(dialog, words, signIn, insert) {
    super(dialog, words, signIn);
    this.insert = insert;
    this.found = dialog.querySelector("[data-found]");
    this.found.addEventListener("click", (event) => {
      const button = event.target.closest("[data-choose]");
      if (button) this.run(() => this.#cite(this.#asking(button.dataset.choose)));
    });
    for (const form of dialog.querySelectorAll("form[data-record]")) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.run(() => this.#cite(new FormData(form), form));
      });
    }
  }

  open() {
    super.open();
    this.run(() => this.send());
  }

  async send() {
    const answer = await ask(this.form.action, new FormData(this.form));
    this.found.innerHTML = answer.html;
  }

  #asking(citation) {
    const body = new FormData(this.form);
    body.set("citation", citation);
    return body;
  }

  async #cite(body, form) {
    const answer = await ask(this.form.dataset.add, body);
    form?.reset();
    this.dialog.close();
    this.insert(answer);
  }
}
