"""Error texts: the chain, its nodes, its records and their proofs."""

from __future__ import annotations

from ledger.errors.texts import refusals
from ledger.errors.texts.text import Text

TEXTS: dict[str, Text] = {
    **refusals.TEXTS,
    "CHAIN_UNREACHABLE": Text(
        "无法连接区块链节点 {url}：{reason}。",
        "The chain node {url} cannot be reached: {reason}.",
        "检查 --rpc 地址与网络，或换用其他节点后重试。",
        "Check the --rpc address and the network, or use another node, and try again.",
    ),
    "CHAIN_BAD_ANSWER": Text(
        "节点 {url} 对 {method} 的应答无法使用：{reason}。",
        "The answer of node {url} to {method} cannot be used: {reason}.",
        "换用其他节点；若各节点都如此，请核对节点软件版本。",
        "Use another node; if all answer alike, check their software version.",
    ),
    "CHAIN_REFUSED_CALL": Text(
        "节点拒绝了 {method}：{reason}。",
        "The node refused {method}: {reason}.",
        "按节点所述原因处理；也可换用其他节点。",
        "Act on the reason that the node gives, or use another node.",
    ),
    "CHAIN_NO_BLOCK": Text(
        "节点没有区块 {block}。",
        "The node has no block {block}.",
        "节点可能尚未同步，或该区块哈希属于另一条链；换用已同步的节点。",
        "The node may lag behind, or the hash belongs to another chain: use a node that has it.",
    ),
    "CHAIN_NO_QUORUM": Text(
        "只有 {agreed} 个节点对同一区块一致，需要 {needed} 个。",
        "Only {agreed} nodes agree on one block, {needed} are needed.",
        "增加独立节点（重复使用 --rpc）；若应答互相矛盾，请报告监管机构。",
        "Name more independent nodes (repeat --rpc); if they contradict one another, tell the supervisor.",
    ),
    "BAD_RECORD": Text(
        "记录 {seq} 的编码不合规则（{what}）。",
        "Record {seq} is not encoded as it must be ({what}).",
        "节点给出的记录有误：换用其他节点；若仍如此，请报告监管机构。",
        "The node served a wrong record: use another node; if it stays, tell the supervisor.",
    ),
    "BAD_PROOF": Text(
        "证明不成立：{what}。",
        "The proof does not hold: {what}.",
        "勿采信该答复；换用其他节点再查。",
        "Do not rely on the answer; ask another node.",
    ),
    "BAD_HEADER": Text(
        "区块头不成立：{what}。",
        "The block header does not hold: {what}.",
        "勿采信该节点；换用其他节点再查。",
        "Do not rely on this node; ask another.",
    ),
    "CONTRACT_REFUSED": Text(
        "合约拒绝：{name}（{arguments}）。",
        "The contract refused: {name} ({arguments}).",
        "按所列数值核对报文后重新签名。",
        "Check the message against the values named, then sign it again.",
    ),
    "RELAY_KEY_MISSING": Text(
        "没有中继账户密钥（{path}）。",
        "There is no relay account key ({path}).",
        "以 ELICENSE_RELAY_KEY 指向密钥文件；本地链可运行 elicense net up 生成。",
        "Point ELICENSE_RELAY_KEY to the key file; on a local chain `elicense net up` makes one.",
    ),
    "RELAY_KEY_FILE": Text(
        "中继账户密钥文件 {path} 无法使用：{reason}。",
        "The relay key file {path} cannot be used: {reason}.",
        "文件应为 64 位十六进制，且仅本人可读（chmod 600）。",
        "It holds 64 hexadecimal digits and is readable by its owner only (chmod 600).",
    ),
    "RELAY_BUSY": Text(
        "中继账户 {account} 正被另一进程使用。",
        "Another process is sending with relay account {account}.",
        "等待其完成后重试；每个中继账户只应有一个发送者。",
        "Wait until it is done and try again; one relay account has one sender.",
    ),
    "RELAY_NOT_FUNDED": Text(
        "中继账户 {account} 余额 {balance} wei 不足以支付 {needed} wei。",
        "Relay account {account} holds {balance} wei and may need {needed} wei.",
        "由网络运营方为该账户充值后重试。",
        "Ask the operator of the network to fund it, then try again.",
    ),
    "TRANSACTION_UNKNOWN": Text(
        "交易 {txHash} 已发送，但在 {seconds} 秒内未见回执。",
        "Transaction {txHash} was sent; no receipt came within {seconds} seconds.",
        "勿另发新交易：稍后按该交易哈希查询，或重发同一交易。",
        "Send nothing new: look for this hash later, or send the very same transaction again.",
    ),
    "TRANSACTION_DISPLACED": Text(
        "交易 {txHash} 未上链，其序号 {nonce} 已被另一交易占用。",
        "Transaction {txHash} is not on the chain, and another one took its nonce {nonce}.",
        "该交易不会再生效；可重新提交同一报文。",
        "It can no longer take effect: the same message may be submitted again.",
    ),
    "TRANSACTION_FAILED": Text(
        "交易 {txHash} 执行失败，合约未给出原因。",
        "Transaction {txHash} failed, and the contract gave no reason.",
        "多为燃料不足；核对网络的区块燃料上限后重试。",
        "It mostly ran out of gas: check the block gas limit of the network and try again.",
    ),
}
