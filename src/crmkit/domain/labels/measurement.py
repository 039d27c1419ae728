"""The figures of what is measured by asking and watching: (English, Chinese)."""

from collections.abc import Mapping

__all__ = ["MEASUREMENT"]

MEASUREMENT: Mapping[str, tuple[str, str]] = {
    # Satisfaction and service quality
    # Answers to surveys
    # Drivers
    # Needs
    # Perceived value
    # Reliability
    "cronbach_alpha": ("Cronbach's alpha", "克隆巴赫系数"),
    "alpha": ("Cronbach's alpha of the answers", "克隆巴赫α系数"),
    "alpha_standardised": ("standardised alpha", "标准化α系数"),
    "alpha_if_dropped": ("alpha without an item", "删除题项后的α系数"),
    "item_rest": ("item with the others", "题项与其余题项相关"),
    "omega": ("McDonald's omega", "麦克唐纳ω信度"),
    "omega_total": ("omega of the score", "ω总信度"),
    "composite_reliability": ("composite reliability", "组合信度"),
    "ave": ("average variance extracted", "平均方差提取量"),
    "measurement_error": ("error of one person's score", "个人得分的测量误差"),
    "sem": ("standard error of a score", "测量标准误"),
    "smallest_change": ("smallest change beyond noise", "最小可信变化"),
    # Price
    # Wallet and loyalty
    # From complaint to loss
    "complaint_losses": ("losses after complaints", "抱怨与客户流失"),
    "complaints_by_category": ("complaints by category", "分类抱怨"),
    "complaints_resolved": ("complaints resolved", "抱怨解决率"),
    "complaints_recovered": ("complaints resolved in time", "抱怨及时解决率"),
    "complaint_closing_days": ("days to close a complaint", "抱怨处理天数"),
    "complaint_severity": ("severity of complaints", "抱怨严重程度"),
    "hazard_ratio": ("hazard ratio of leaving", "流失风险比"),
    "excess_losses": ("leavings in excess", "超额流失"),
    "actions": ("what to do about it", "改进措施"),
    # Satisfaction as behaviour shows it
    # Internal customers
    # Relationship and lifecycle
    "state_confidence": ("agreement with the state", "状态的证据一致度"),
    "target_level": ("target relationship level", "目标关系类型"),
    "level_gap": ("levels short of the target", "与目标关系类型的差距"),
}
