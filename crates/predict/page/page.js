// An exported network on a picture, both chosen by the visitor or named in the address:
// index.html?net=net&picture=photo.jpg reads net.safetensors, net.json and photo.jpg beside the page.

import start, { Network } from "./scalenas_predict.js";

const said = document.getElementById("said");
const canvas = document.getElementById("canvas");
const results = document.getElementById("results");

/** The network that was read last, with its description. */
let loaded = null;
/** The picture that was chosen last, as an ImageBitmap. */
let picture = null;

function say(text) {
  said.textContent = text;
}

function load(weights, description) {
  loaded = { network: new Network(weights, description), head: JSON.parse(description).heads[0] };
}

/** Predicts the picture once there is a network and a picture. */
async function predict() {
  if (!loaded || !picture) {
    say(loaded ? "Choose a picture." : "Choose a network: its .safetensors and its .json together.");
    return;
  }
  say("Predicting…");
  // Lets the browser show the line before the computation takes its thread.
  await new Promise((resolve) => setTimeout(resolve, 30));
  const { width, height } = picture;
  Object.assign(canvas, { width, height, hidden: false });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  const pixels = context.getImageData(0, 0, width, height);
  const clock = performance.now();
  const predicted = JSON.parse(loaded.network.predict(pixels.data, width, height));
  const milliseconds = performance.now() - clock;
  if (predicted.joints) {
    drawJoints(context, predicted.joints);
  } else {
    drawClasses(context, pixels, predicted);
  }
  say(`${width}×${height} pixels in ${milliseconds.toFixed(0)} ms on one thread.`);
}

function drawJoints(context, joints) {
  const size = Math.max(2, Math.max(context.canvas.width, context.canvas.height) / 150);
  context.lineWidth = size * 0.7;
  context.strokeStyle = "#00a5ff";
  for (const [from, to] of loaded.head.skeleton ?? []) {
    context.beginPath();
    context.moveTo(...joints[from].at);
    context.lineTo(...joints[to].at);
    context.stroke();
  }
  context.fillStyle = "#ffb000";
  for (const { at: [x, y] } of joints) {
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.fill();
  }
  const row = ({ name, at: [x, y], score }) => [name, x.toFixed(1), y.toFixed(1), score.toFixed(2)];
  show(["joint", "column", "row", "score"], joints.map(row));
}

function drawClasses(context, pixels, { classes, labels }) {
  const counts = classes.map(() => 0);
  const colours = loaded.head.classes.map((entry) => entry.colour);
  labels.forEach((label, index) => {
    counts[label] += 1;
    for (let channel = 0; channel < 3; channel += 1) {
      const at = 4 * index + channel;
      pixels.data[at] = 0.45 * pixels.data[at] + 0.55 * colours[label][channel];
    }
  });
  context.putImageData(pixels, 0, 0);
  const share = (count) => `${((100 * count) / labels.length).toFixed(1)} %`;
  show(["class", "share"], classes.map((name, index) => [name, share(counts[index])]));
}

function show(head, rows) {
  const cells = (kind, values) => values.map((value) => {
    const cell = document.createElement(kind);
    cell.textContent = value;
    return cell;
  });
  const line = (kind, values) => {
    const row = document.createElement("tr");
    row.append(...cells(kind, values));
    return row;
  };
  results.replaceChildren(line("th", head), ...rows.map((values) => line("td", values)));
}

/** Runs a step and says what failed. */
async function trying(step) {
  try {
    await step();
    await predict();
  } catch (error) {
    say(`${error.message ?? error}`);
  }
}

async function fetched(name, as) {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${answer.statusText}`);
  return answer[as]();
}

document.getElementById("weights").addEventListener("change", ({ target }) => trying(async () => {
  const files = [...target.files];
  const weights = files.find((file) => file.name.endsWith(".safetensors"));
  const description = files.find((file) => file.name.endsWith(".json"));
  if (!weights || !description) {
    throw new Error("Choose two files together: the .safetensors and the .json beside it.");
  }
  load(new Uint8Array(await weights.arrayBuffer()), await description.text());
}));

document.getElementById("picture").addEventListener("change", ({ target }) => trying(async () => {
  picture = await createImageBitmap(target.files[0]);
}));

await trying(async () => {
  await start();
  const named = new URLSearchParams(location.search);
  if (named.has("net")) {
    const name = named.get("net");
    const weights = await fetched(`${name}.safetensors`, "arrayBuffer");
    load(new Uint8Array(weights), await fetched(`${name}.json`, "text"));
  }
  if (named.has("picture")) {
    picture = await createImageBitmap(await fetched(named.get("picture"), "blob"));
  }
});
