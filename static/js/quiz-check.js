// A look at the device before a practice: can it keep answers, how long does an answer take to the
// server and back, does its clock agree. For the person alone: nothing of it is sent.

const TRIPS = 3;
const SAME = 60_000; // ms: less is no difference worth a word

const say = (words, n) => words.replace("{n}", n);

function keeps() {
  try {
    localStorage.setItem("dtt-check", "1");
    localStorage.removeItem("dtt-check");
    return true;
  } catch {
    return false;
  }
}

async function trip() {
  const started = performance.now();
  await fetch(location.href, { method: "HEAD", cache: "no-store" });
  return performance.now() - started;
}

async function check(part) {
  const words = part.dataset;
  const storage = part.querySelector("[data-storage]");
  const network = part.querySelector("[data-network]");
  storage.textContent = keeps() ? words.saysKept : words.saysNotKept;
  // The page itself was a second or so on its way, which is far below what is told.
  const apart = Math.abs(Date.now() - Number(words.now) - performance.now());
  part.querySelector("[data-clock-check]").textContent =
    apart < SAME ? words.saysSame : say(words.saysDiffers, Math.round(apart / 60_000));
  try {
    const times = [];
    for (let n = 0; n < TRIPS; n += 1) times.push(await trip());
    network.textContent = say(words.saysTrip, Math.round(Math.min(...times)));
  } catch {
    network.textContent = words.saysAway;
  }
}

const part = document.querySelector("[data-check]");
if (part) check(part);
