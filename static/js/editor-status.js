/* The line that says where the words are: on the server, on their way, or only in this browser. */

export class Status {
  constructor(line, words) {
    Object.assign(this, { line, words });
  }

  time(moment = new Date()) {
    const language = document.documentElement.lang;
    return new Intl.DateTimeFormat(`${language}-u-nu-latn`, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(
      new Date(moment),
    );
  }

  saved(at) {
    this.#show(this.words.saved.replace("%(time)s", at), "ok");
  }

  writing() {
    this.#show(this.words.writing, "ok");
  }

  saving() {
    this.#show(this.words.saving, "ok");
  }

  dropped(hasCopy) {
    this.#show(hasCopy ? this.words.kept : this.words.notKept, "off");
  }

  refused(sentence) {
    this.#show(this.words.refused.replace("%(why)s", sentence), "off");
  }

  #show(text, kind) {
    const words = this.line.querySelector("[data-words]");
    if (words.textContent !== text) words.textContent = text;
    this.line.classList.toggle("is-rubric", kind === "off");
    this.line.querySelectorAll("[data-icon]").forEach((icon) => (icon.hidden = icon.dataset.icon !== kind));
    document.querySelectorAll("[data-saved-too]").forEach((place) => (place.textContent = text));
  }
}
