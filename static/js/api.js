// @ts-check
/** One door to the server: JSON, CSRF, the error envelope, and retries that repeat the same idempotency key. */
import { pause } from "./pause.js";

/** A refusal of the server, or of the way to it (`code` "NETWORK"). */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {{details?: any[] | null, detail?: any, requestId?: string, retryAfter?: number | null}} [facts]
   */
  constructor(status, code, message, facts = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.details = facts.details ?? null;
    this.detail = facts.detail ?? message;
    this.requestId = facts.requestId ?? "";
    this.retryAfter = facts.retryAfter ?? null;
  }

  /** The message for one field of the body, if the server named it. @param {string} field */
  about(field) {
    return this.details?.find((/** @type {any} */ entry) => entry.loc?.at(-1) === field)?.msg ?? null;
  }
}

/** A key for one write: made once, sent again with every retry of it. */
export const freshKey = () =>
  // randomUUID needs a secure context; the club may also be opened over plain http in a local network.
  crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const TRIES = 4;
const LONGEST_WAIT_SECONDS = 8;

function csrfToken() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  return cookie ?? /** @type {HTMLInputElement | null} */ (document.querySelector("[name=csrfmiddlewaretoken]"))?.value ?? "";
}

/**
 * @param {ApiError} error
 * @param {boolean} repeatable a read, or a write with a key
 */
function worthRetrying(error, repeatable) {
  if (error.code === "IN_PROGRESS") return repeatable;
  if (error.status === 429) return error.code === "RATE_LIMITED" && (error.retryAfter ?? 1) <= LONGEST_WAIT_SECONDS;
  return repeatable && (error.code === "NETWORK" || error.status >= 500);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {object | undefined} body
 * @param {{key?: string, signal?: AbortSignal, keepalive?: boolean}} options
 */
async function once(method, path, body, options) {
  /** @type {Record<string, string>} */
  const headers = { "Accept-Language": document.documentElement.lang };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body) headers["Content-Type"] = "application/json";
  if (options.key) headers["Idempotency-Key"] = options.key;
  let response;
  try {
    response = await fetch(path, { method, headers, body: body && JSON.stringify(body), credentials: "same-origin", signal: options.signal, keepalive: options.keepalive });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(0, "NETWORK", "");
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) {
    if (method !== "GET") document.dispatchEvent(new CustomEvent("club:wrote"));
    return answer;
  }
  const envelope = answer?.error ?? {};
  const wait = Number(response.headers.get("Retry-After"));
  if (response.status === 401 && document.body.dataset.player) document.dispatchEvent(new CustomEvent("club:expired"));
  throw new ApiError(response.status, envelope.code ?? `HTTP_${response.status}`, envelope.message ?? response.statusText, {
    details: envelope.details,
    detail: answer?.detail,
    requestId: envelope.request_id ?? response.headers.get("X-Request-ID") ?? "",
    retryAfter: Number.isFinite(wait) && wait > 0 ? wait : null,
  });
}

/**
 * Calls the API; tries again what may be tried again.
 * @param {string} method
 * @param {string} path
 * @param {{body?: object, key?: string, signal?: AbortSignal, tries?: number, keepalive?: boolean}} [options]
 * @returns {Promise<any>}
 */
export async function call(method, path, { body, tries = TRIES, ...options } = {}) {
  const repeatable = method === "GET" || Boolean(options.key);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(method, path, body, options);
    } catch (error) {
      if (!(error instanceof ApiError) || attempt >= tries || !worthRetrying(error, repeatable)) throw error;
      const backOff = 300 * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
      await pause(Math.max(backOff, (error.retryAfter ?? 0) * 1000));
    }
  }
}

/** @param {string} path @param {{signal?: AbortSignal, tries?: number}} [options] */
export const get = (path, options) => call("GET", path, options);
/** @param {string} path @param {object} [body] @param {{key?: string, signal?: AbortSignal, tries?: number}} [options] */
export const post = (path, body, options) => call("POST", path, { ...options, body: body ?? {} });
/** @param {string} path @param {object} [body] @param {{key?: string}} [options] */
export const put = (path, body, options) => call("PUT", path, { ...options, body: body ?? {} });
/** @param {string} path */
export const remove = (path) => call("DELETE", path);
