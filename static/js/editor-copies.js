/* The browser's copy of what was typed: per content and person, cleared only after the server confirmed a save.
   `kept` are versions that somebody chose not to go on with: they stay until the person removes them. */

export class Copies {
  constructor(content, user) {
    this.key = `sanad:sheet:${content}:${user}`;
    this.keptKey = `${this.key}:kept`;
  }

  put(text, version) {
    return this.#write(this.key, { text, version, at: new Date().toISOString() });
  }

  get() {
    return this.#read(this.key);
  }

  clear() {
    this.#remove(this.key);
  }

  kept() {
    return this.#read(this.keptKey) || [];
  }

  keep(words, whose) {
    const all = [...this.kept(), { words, whose, at: new Date().toISOString() }];
    return this.#write(this.keptKey, all.slice(-5));
  }

  drop(position) {
    const rest = this.kept().filter((_, index) => index !== position);
    if (rest.length) this.#write(this.keptKey, rest);
    else this.#remove(this.keptKey);
  }

  #write(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      return false; /* full or forbidden: the page then says that only the server keeps the words */
    }
  }

  #read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  #remove(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      /* nothing was stored */
    }
  }
}
