// @ts-check
/** Why a purchase did not go through, in a sentence for every code the server knows. */
import { gettext } from "../words.js";

/** @type {Record<string, () => string>} */
const SENTENCES = {
  INSUFFICIENT_FUNDS: () => gettext("골드가 부족합니다"),
  ITEM_PURCHASE_FAILED: () => gettext("상품을 지급하지 못해 모두 되돌렸습니다. 골드는 그대로입니다."),
  PAYMENT_DECLINED: () => gettext("결제가 거절되었습니다. 청구된 금액은 없습니다."),
  PAYMENT_PENDING: () => gettext("결제를 확인하고 있습니다"),
  PAYMENT_FAILED: () => gettext("결제에 실패했습니다. 청구된 금액은 없습니다."),
  GRANT_FAILED: () => gettext("결제는 되었고 골드 지급이 늦어지고 있습니다. 같은 영수증으로 곧 지급됩니다."),
  ALREADY_OWNED: () => gettext("이미 가지고 있는 상품입니다. 계정당 한 번만 살 수 있어요."),
  OUT_OF_STOCK: () => gettext("방금 품절되었습니다"),
  NOT_ON_SALE: () => gettext("지금은 판매 기간이 아닙니다"),
  RANK_MAX: () => gettext("이미 가장 높은 등급입니다"),
  RANK_REQUIRED: () => gettext("이 상품을 살 수 있는 등급이 아닙니다"),
  RATE_LIMIT: () => gettext("요청이 너무 잦습니다. 잠시 후 다시 시도해주세요."),
  RATE_LIMITED: () => gettext("요청이 너무 잦습니다. 잠시 후 다시 시도해주세요."),
  IDEMPOTENT_HIT: () => gettext("이미 처리된 구매입니다"),
  PROCESSING: () => gettext("이 상품의 다른 구매가 진행 중입니다"),
  NOT_FOUND: () => gettext("상품을 찾을 수 없습니다"),
  PRODUCT_NOT_FOUND: () => gettext("더 이상 팔지 않는 상품입니다"),
  WINDOW_CLOSED: () => gettext("판매 기간이 끝났습니다"),
  USER_LIMIT: () => gettext("이 상품을 살 수 있는 횟수를 모두 썼습니다"),
  PROMO_EXHAUSTED: () => gettext("프로모션 코드가 모두 사용되었습니다"),
  PROMO_INVALID: () => gettext("쓸 수 없는 프로모션 코드입니다"),
  FRAUD_BLOCK: () => gettext("짧은 시간에 구매가 많아 잠시 막았습니다. 조금 뒤에 다시 시도해주세요."),
  STALE_AUTO_VOID: () => gettext("제때 확인되지 않아 구매를 취소했습니다. 청구된 금액은 없습니다."),
  IN_PROGRESS: () => gettext("같은 구매가 아직 처리되고 있습니다"),
  PACKAGE_NOT_FOUND: () => gettext("더 이상 팔지 않는 상품입니다"),
  PROMO_NOT_FOUND: () => gettext("없는 프로모션 코드입니다"),
  PROMO_INACTIVE: () => gettext("사용이 중지된 프로모션 코드입니다"),
  PROMO_NOT_STARTED: () => gettext("아직 사용할 수 없는 프로모션 코드입니다"),
  PROMO_EXPIRED: () => gettext("기간이 끝난 프로모션 코드입니다"),
  PROMO_ALREADY_USED: () => gettext("이미 사용한 프로모션 코드입니다"),
  PROMO_WRONG_PRODUCT: () => gettext("이 상품에는 쓸 수 없는 프로모션 코드입니다"),
  PROMO_NOT_APPLICABLE: () => gettext("골드로 사는 상품에는 쓸 수 없습니다"),
  UNREACHABLE: () => gettext("연결이 끊겼습니다. 다시 시도해주세요."),
  NETWORK: () => gettext("연결이 끊겨 결과를 받지 못했습니다. 다시 시도해도 한 번만 결제됩니다."),
  SERVICE_UNAVAILABLE: () => gettext("일시적으로 요청을 처리할 수 없습니다. 다시 시도해도 한 번만 결제됩니다."),
  INTERNAL_ERROR: () => gettext("문제가 생겨 결과를 받지 못했습니다. 다시 시도해도 한 번만 결제됩니다."),
};

/**
 * @param {string | null | undefined} code
 * @param {string} [message] what the server said, for a code without a sentence of its own
 */
export const sentenceFor = (code, message = "") => SENTENCES[code ?? ""]?.() ?? (message || gettext("구매를 마치지 못했습니다"));

/** Refusals after which the same order may simply be sent anew. */
export const WORTH_ANOTHER_TRY = new Set(["PAYMENT_DECLINED", "PAYMENT_FAILED", "ITEM_PURCHASE_FAILED", "FRAUD_BLOCK", "RATE_LIMITED"]);
/** Refusals that tell of a shelf that is not as the page shows it. */
export const OFF_THE_SHELF = new Set(["OUT_OF_STOCK", "WINDOW_CLOSED", "NOT_ON_SALE", "USER_LIMIT", "ALREADY_OWNED", "RANK_MAX"]);

/** @type {Record<string, string>} */
const IN_THE_WAY = {
  out_of_stock: "OUT_OF_STOCK",
  user_limit: "USER_LIMIT",
  rank_required: "RANK_REQUIRED",
  rank_max: "RANK_MAX",
  already_owned: "ALREADY_OWNED",
  not_on_sale: "NOT_ON_SALE",
  pending: "PROCESSING",
};

/** The code of what keeps a card in this state from being bought; "" when nothing does. @param {string} state @param {"product" | "package"} kind */
export const standsInTheWay = (state, kind) => (state === "gone" ? (kind === "package" ? "WINDOW_CLOSED" : "PRODUCT_NOT_FOUND") : IN_THE_WAY[state] ?? "");
