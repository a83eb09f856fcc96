"use strict";
// Pictures: the most confident mistakes, and labels that are probably wrong.

const FIRST_IMAGES = window.matchMedia("(max-width: 46rem)").matches ? 12 : 24;

function imageCard(imageId, origin, ...lines) {
  const uri = data.thumbnails[imageId];
  const picture = uri
    ? el("img", { src: uri, alt: "", loading: "lazy", load: (event) => event.target.classList.toggle("tiny", event.target.naturalWidth <= 64) })
    : el("div", { class: "no-image" }, "no picture");
  return el("li", {}, picture, lines.map((content) => el("p", {}, content)), el("p", { class: "origin", title: origin }, origin.split("/").at(-1)));
}

const mistakeCard = (mistake) => imageCard(mistake.image_id, mistake.origin,
  [el("span", { class: "said" }, mistake.predicted), ` ${format.percent(mistake.confidence)}`],
  `is ${mistake.label} (${format.percent(mistake.label_probability)})`);

const suspectCard = (suspect) => imageCard(suspect.image_id, suspect.origin,
  ["labelled ", el("span", { class: "said" }, suspect.label)], `looks like ${suspect.suggested}`);

const flipCard = (flip) => imageCard(flip.image_id, flip.origin,
  `is ${flip.label}`, `this: ${flip.first}`, `other: ${flip.second}`);

/** A grid of cards; what exceeds the first rows waits behind a button. */
function imageList(cards) {
  const list = el("ul", { class: "images" }, cards.slice(0, FIRST_IMAGES));
  if (cards.length <= FIRST_IMAGES) return list;
  const more = el("button", { type: "button", class: "more", click: () => { list.append(...cards.slice(FIRST_IMAGES)); more.remove(); } },
    `Show ${cards.length - FIRST_IMAGES} more`);
  return el("div", {}, list, more);
}

function drawMistakes() {
  if (data.mistakes.length > 0) {
    section("mistakes", "Confident mistakes", "What the model said, how sure it was, and what the label says; the surest first.", imageList(data.mistakes.map(mistakeCard)));
  }
  if (data.suspect_labels.length > 0) {
    section("labels", "Suspected label errors", "Images that look more like another class, compared with how that class usually looks to the model (confident learning). Worth a second look before blaming the model.",
      imageList(data.suspect_labels.map(suspectCard)));
  }
}
