//! The surname table: the mask names a surname by its place here (clause 4.3).
//!
//! The order of the Hundred Family Surnames, single characters before compound ones, then further surnames of today.
//! A place, once given out, keeps its meaning for ever, because notes hold it; new surnames go to the end. Place 0
//! stands for every surname that is not in the table.

const TABLE: &str = "\
    赵 钱 孙 李 周 吴 郑 王 冯 陈 褚 卫 蒋 沈 韩 杨 朱 秦 尤 许 何 吕 施 张 孔 曹 \
    严 华 金 魏 陶 姜 戚 谢 邹 喻 柏 水 窦 章 云 苏 潘 葛 奚 范 彭 郎 鲁 韦 昌 马 \
    苗 凤 花 方 俞 任 袁 柳 酆 鲍 史 唐 费 廉 岑 薛 雷 贺 倪 汤 滕 殷 罗 毕 郝 邬 \
    安 常 乐 于 时 傅 皮 卞 齐 康 伍 余 元 卜 顾 孟 平 黄 和 穆 萧 尹 姚 邵 湛 汪 \
    祁 毛 禹 狄 米 贝 明 臧 计 伏 成 戴 谈 宋 茅 庞 熊 纪 舒 屈 项 祝 董 梁 杜 阮 \
    蓝 闵 席 季 麻 强 贾 路 娄 危 江 童 颜 郭 梅 盛 林 刁 钟 徐 邱 骆 高 夏 蔡 田 \
    樊 胡 凌 霍 虞 万 支 柯 昝 管 卢 莫 经 房 裘 缪 干 解 应 宗 丁 宣 贲 邓 郁 单 \
    杭 洪 包 诸 左 石 崔 吉 钮 龚 程 嵇 邢 滑 裴 陆 荣 翁 荀 羊 於 惠 甄 曲 家 封 \
    芮 羿 储 靳 汲 邴 糜 松 井 段 富 巫 乌 焦 巴 弓 牧 隗 山 谷 车 侯 宓 蓬 全 郗 \
    班 仰 秋 仲 伊 宫 宁 仇 栾 暴 甘 钭 厉 戎 祖 武 符 刘 景 詹 束 龙 叶 幸 司 韶 \
    郜 黎 蓟 薄 印 宿 白 怀 蒲 邰 从 鄂 索 咸 籍 赖 卓 蔺 屠 蒙 池 乔 阴 鬱 胥 能 \
    苍 双 闻 莘 党 翟 谭 贡 劳 逄 姬 申 扶 堵 冉 宰 郦 雍 郤 璩 桑 桂 濮 牛 寿 通 \
    边 扈 燕 冀 郏 浦 尚 农 温 别 庄 晏 柴 瞿 阎 充 慕 连 茹 习 宦 艾 鱼 容 向 古 \
    易 慎 戈 廖 庾 终 暨 居 衡 步 都 耿 满 弘 匡 国 文 寇 广 禄 阙 东 欧 殳 沃 利 \
    蔚 越 夔 隆 师 巩 厍 聂 晁 勾 敖 融 冷 訾 辛 阚 那 简 饶 空 曾 毋 沙 乜 养 鞠 \
    须 丰 巢 关 蒯 相 查 后 荆 红 游 竺 权 逯 盖 益 桓 公 万俟 司马 上官 欧阳 夏侯 \
    诸葛 闻人 东方 赫连 皇甫 尉迟 公羊 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 公孙 仲孙 \
    轩辕 令狐 钟离 宇文 长孙 慕容 鲜于 闾丘 司徒 司空 亓官 司寇 子车 颛孙 端木 巫马 公西 \
    漆雕 乐正 壤驷 公良 拓跋 夹谷 宰父 谷梁 段干 百里 东郭 南门 呼延 归海 羊舌 微生 有琴 \
    梁丘 左丘 东门 西门 伯赏 南宫 肖 付 闫 覃 涂 岳 佘 晋 楚 汝 鄢 帅 况 商 牟 佴 哈 \
    谯 笪 年 爱 阳 佟 缑 亢 仉 督 苑 原 代 兰 尧 甫 仝 邸 官 战 揭 撒 矫 郄 苟 卿 \
    兀 呙 禤 鄞 迟 冼 帖 邝 侬 展 漆 来 初 由 门 占 次 敬 敏 保 才 普 刀 拉 完 生 \
    信 化 丛 光 多 泽 晓 朴 楼 瑞 母 青 冒 律 操 粟 褟 贵 辜";

/// A surname's place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Surname(u16);

impl Surname {
    /// Every surname that the table does not hold.
    pub const OTHER: Self = Self(0);

    /// The place, from 1; 0 for [`Surname::OTHER`].
    #[must_use]
    pub const fn index(self) -> u16 {
        self.0
    }

    /// The surname that a full name begins with: a compound one before a single one.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        let name = name.trim();
        let places = (1_u16..).zip(TABLE.split(' '));
        places
            .filter(|(_, surname)| name.starts_with(surname))
            .max_by_key(|(_, surname)| surname.len())
            .map_or(Self::OTHER, |(place, _)| Self(place))
    }
}

/// The surname at a place, as a gate shows it beside the two digits; `None` for place 0 and beyond the table.
#[must_use]
pub fn surname_of(index: u32) -> Option<&'static str> {
    let place = usize::try_from(index).ok()?.checked_sub(1)?;
    TABLE.split(' ').nth(place)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_surname_has_one_place_and_every_place_its_surname() {
        let all: Vec<&str> = TABLE.split(' ').collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        for (i, surname) in all.iter().enumerate() {
            assert!((1..=2).contains(&surname.chars().count()), "{surname:?}");
            let place = Surname::of_name(surname);
            assert_eq!(usize::from(place.index()), i + 1);
            assert_eq!(surname_of(place.index().into()), Some(*surname));
        }
        assert_eq!(surname_of(0), None);
        assert_eq!(surname_of(u32::MAX), None);
    }

    /// Notes hold places: these must never move.
    #[test]
    fn places_given_out_do_not_move() {
        let place = |name| Surname::of_name(name).index();
        assert_eq!(surname_of(1), Some("赵"));
        assert_eq!([place("赵"), place("王"), place("肖")], [1, 8, 471]);
        assert_eq!(surname_of(558), Some("辜"));
        assert_eq!(surname_of(559), None);
    }

    #[test]
    fn a_compound_surname_goes_before_its_first_character() {
        let ouyang = Surname::of_name("欧阳某");
        assert_eq!(surname_of(ouyang.index().into()), Some("欧阳"));
        let ou = Surname::of_name(" 欧某");
        assert_eq!(surname_of(ou.index().into()), Some("欧"));
        assert_eq!(Surname::of_name("Smith"), Surname::OTHER);
        assert_eq!(Surname::of_name(""), Surname::OTHER);
    }
}
