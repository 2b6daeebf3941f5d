// The review page by keyboard. Everything here can be done with the mouse, and without scripts.

const KEEP_EVERY = 3 * 60 * 1000; // milliseconds; a claim lasts ten minutes

const page = document.querySelector("[data-review]");
const form = page.querySelector("[data-decision]");
const keys = page.querySelector("[data-keys]");
const says = page.querySelector("[data-review-says]");
const reason = form?.elements.namedItem("reason");

const follow = (mark) => page.querySelector(`[data-key-${mark}]`)?.click();

function choose(value) {
  const choice = form?.querySelector(`input[name="eligible"][value="${value}"]`);
  if (!choice) return;
  choice.checked = true;
  reason.focus();
}

const ACTIONS = {
  n: () => follow("next"),
  j: () => follow("next"),
  p: () => follow("previous"),
  k: () => follow("previous"),
  e: () => choose("yes"),
  i: () => choose("no"),
  "?": () => keys.showModal(),
};

/** Whether keys are letters here, not commands. */
function isTyping(target) {
  return target.isContentEditable || target.closest("input:not([type=radio]), textarea, select");
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || keys.open) return;
  const inForm = form?.contains(event.target);
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && inForm) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  if (event.key === "Escape" && event.target === reason) {
    reason.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const action = ACTIONS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

const button = page.querySelector("[data-keys-button]");
button.hidden = false;
button.addEventListener("click", () => keys.showModal());

// One decision for one press.
let sent = false;
form?.addEventListener("submit", (event) => {
  if (sent) event.preventDefault();
  sent = true;
});
addEventListener("pageshow", () => { sent = false; });

// A sentence to begin from becomes a button that writes it.
for (const sentence of page.querySelectorAll("[data-sentence]")) {
  const write = document.createElement("button");
  write.type = "button";
  write.className = "text-left underline cursor-pointer";
  write.textContent = sentence.textContent;
  write.addEventListener("click", () => {
    reason.value = reason.value.trim() ? `${reason.value.trim()} ${write.textContent}` : write.textContent;
    reason.focus();
  });
  sentence.replaceChildren(write);
}

/** Keep the application in hand while the page is looked at. */
async function keep() {
  if (document.visibilityState !== "visible") return;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.namedItem("csrfmiddlewaretoken").value);
  try {
    const answer = await fetch(page.dataset.keep, { method: "POST", body });
    const told = await answer.json();
    if (told.says) says.textContent = told.says;
  } catch {
    // No network: the claim lapses by itself, and the decision says so.
  }
}

if (page.dataset.keep) {
  setInterval(keep, KEEP_EVERY);
  document.addEventListener("visibilitychange", keep);
}
