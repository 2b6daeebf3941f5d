// Who has a message open has read it: say so, and count one less in the head of the page.
// With scripts off the button says it.

const form = document.querySelector("[data-read-receipt]");

async function say() {
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { "X-Requested-With": "fetch" },
    });
    if (!answer.ok) return;
  } catch {
    return; // The network is away: the button stays.
  }
  form.hidden = true;
  const count = document.querySelector("[data-unread]");
  if (!count) return;
  const left = Number(count.dataset.unread) - 1;
  if (left > 0) {
    count.dataset.unread = left;
    count.querySelector("span").textContent = left;
  } else {
    count.remove();
  }
}

if (form && document.visibilityState === "visible") say();
else if (form) document.addEventListener("visibilitychange", say, { once: true });
