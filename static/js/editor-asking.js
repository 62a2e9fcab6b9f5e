/* One way to ask the server: every answer is JSON, and each way of not getting one has its own error. */

export class SignInEnded extends Error {}
export class LineDropped extends Error {}

export class Refused extends Error {
  constructor(status, answer) {
    super(answer.message || "");
    this.status = status;
    this.answer = answer;
  }
}

function csrfToken() {
  /* read at every request: signing in again in another tab changes it */
  const found = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/);
  return found ? found[1] : document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
}

export async function ask(address, body, { keepalive = false } = {}) {
  const isForm = body instanceof FormData;
  let response;
  try {
    response = await fetch(address, {
      method: "POST",
      body: isForm ? body : JSON.stringify(body),
      headers: {
        "X-CSRFToken": csrfToken(),
        Accept: "application/json",
        "X-Requested-With": "sanad",
        ...(isForm ? {} : { "Content-Type": "application/json" }),
      },
      credentials: "same-origin",
      redirect: "manual",
      keepalive,
    });
  } catch {
    throw new LineDropped();
  }
  return answerOf(response);
}

async function answerOf(response) {
  const isJson = (response.headers.get("Content-Type") || "").includes("json");
  if (response.type === "opaqueredirect" || response.status === 401) throw new SignInEnded();
  if (response.status === 403 && !isJson) throw new SignInEnded();
  if (!isJson || response.status >= 500) throw new LineDropped();
  let answer;
  try {
    answer = await response.json();
  } catch {
    throw new LineDropped();
  }
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}
