"""The closed words of keeping, merging and forgetting customers: (English, Chinese)."""

from collections.abc import Mapping

__all__ = ["KEEPING"]

#: By the name of the enum, then by the word.
KEEPING: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "EventType": {
        "interaction.recorded": ("interaction recorded", "互动已记录"),
        "customer.changed": ("customer record changed", "客户档案已变更"),
        "customer.merged": ("customers merged", "客户已合并"),
        "customer.unmerged": ("customers taken apart", "客户已拆分"),
        "customer.erased": ("customer erased", "客户已删除"),
    },
    "SurvivorRule": {
        "account": ("an account beats a guest", "账户优先于访客"),
        "known": ("known beats anonymous", "实名优先于匿名"),
        "older": ("the older beats the newer", "先发生者优先"),
        "seen": ("the one met earlier", "先出现者优先"),
        "id": ("the lower id", "编号较小者优先"),
    },
    "Evidence": {
        "signed_in": ("was signed in", "下单时已登录"),
        "order_claimed": ("claimed the order", "已认领订单"),
        "link_confirmed": ("followed the link sent", "已点击确认链接"),
        "payment_account": ("same payment account", "支付账户相同"),
        "loyalty_card": ("same loyalty card", "会员卡相同"),
        "staff_checked": ("checked by staff", "经员工核实"),
    },
    "DataCategory": {
        "reference": ("reference", "标识"),
        "identity": ("identity", "身份"),
        "contact": ("contact details", "联系方式"),
        "trait": ("trait", "个人特征"),
        "origin": ("origin", "来源"),
        "words": ("own words", "言论"),
        "proof": ("proof", "证明"),
        "behaviour": ("behaviour", "行为"),
        "other": ("other", "其他"),
    },
    "OnErasure": {
        "goes": ("goes", "删除"),
        "replaced": ("is replaced", "替换"),
        "stays": ("stays", "保留"),
    },
    "RetentionGroup": {
        "leads": ("leads", "潜在客户"),
        "buyers": ("buyers", "购买客户"),
        "guests": ("guests", "访客"),
        "everybody": ("everybody", "所有人"),
    },
}
