// The package on a phone: where the browser can share files, text and pictures go to the network's application at once.
// Without it the copy and save buttons of the page do the same by hand.
const pictures = [...document.querySelectorAll("[data-picture]")];

async function files() {
  return Promise.all(
    pictures.map(async (picture, place) => {
      const type = picture.dataset.picture;
      const answer = await fetch(picture.src);
      return new File([await answer.blob()], `${place + 1}.${type.split("/")[1]}`, { type });
    }),
  );
}

for (const button of document.querySelectorAll("[data-share]")) {
  const text = document.getElementById(button.dataset.share).dataset.text;
  const probe = pictures.map(({ dataset: { picture: type } }, place) => new File([], `${place}.${type.split("/")[1]}`, { type }));
  const content = probe.length ? { text, files: probe } : { text };
  button.hidden = !(navigator.canShare && navigator.canShare(content));
  button.addEventListener("click", async () => {
    try {
      await navigator.share(pictures.length ? { text, files: await files() } : { text });
    } catch (problem) {
      if (problem.name !== "AbortError") throw problem;
    }
  });
}
