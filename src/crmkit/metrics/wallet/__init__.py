"""What part of their custom customers give a shop, and what part of their minds it has."""

from crmkit.metrics.wallet.first_choice import first_choice
from crmkit.metrics.wallet.share_of_mind import share_of_heart, share_of_mind, top_of_mind_share
from crmkit.metrics.wallet.share_of_wallet import ShareOfWallet, share_of_wallet
from crmkit.metrics.wallet.wallet_allocation import (
    MeanWalletAllocation,
    WalletAllocation,
    mean_wallet_allocation,
    wallet_allocation,
    wallet_allocation_of,
)

__all__ = [
    "MeanWalletAllocation",
    "ShareOfWallet",
    "WalletAllocation",
    "first_choice",
    "mean_wallet_allocation",
    "share_of_heart",
    "share_of_mind",
    "share_of_wallet",
    "top_of_mind_share",
    "wallet_allocation",
    "wallet_allocation_of",
]
