// Recording from the microphone, and measuring its loudness.
import { recording, type Attachment } from "../state/files.js";

export interface Recorder {
  /** The loudness so far, from 0 to 100. */
  heard: number[];
  /** Ends the recording and returns it; null if there is nothing. */
  finish(): Promise<Attachment | null>;
  discard(): void;
}

/** Begins to record once the browser allows it. `tick` is called ten times a second. */
export async function record(tick: (seconds: number) => void): Promise<Recorder> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
  const type = TYPES.find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
  const media = new MediaRecorder(stream, type ? { mimeType: type } : {});
  const parts: Blob[] = [];
  media.ondataavailable = ({ data }) => data.size && parts.push(data);
  const listening = new AudioContext();
  const ear = listening.createAnalyser();
  ear.fftSize = 512;
  listening.createMediaStreamSource(stream).connect(ear);
  const samples = new Float32Array(ear.fftSize);
  const heard: number[] = [];
  const began = performance.now();
  const length = () => (performance.now() - began) / 1000;
  const timer = setInterval(() => {
    ear.getFloatTimeDomainData(samples);
    const loud = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    heard.push(Math.min(100, Math.round(Math.sqrt(loud) * 140)));
    tick(length());
  }, 100);
  media.start();

  async function end(): Promise<void> {
    clearInterval(timer);
    if (media.state !== "inactive") {
      const stopped = new Promise((resolve) => (media.onstop = resolve));
      media.stop();
      await stopped;
    }
    for (const track of stream.getTracks()) track.stop();
    await listening.close();
  }

  return {
    heard,
    discard: () => void end(),
    finish: async () => {
      const duration = Math.round(length() * 10) / 10;
      await end();
      const file = new Blob(parts, { type: (media.mimeType || "audio/webm").split(";")[0]! });
      return file.size ? recording(file, duration, gathered(heard)) : null;
    },
  };
}

/** Reduces the loudness to as many values as are shown. */
function gathered(heard: number[]): number[] {
  if (heard.length <= PEAKS) return heard;
  const step = heard.length / PEAKS;
  return Array.from({ length: PEAKS }, (_, peak) => Math.max(...heard.slice(Math.floor(peak * step), Math.floor((peak + 1) * step))));
}

const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const PEAKS = 48;
