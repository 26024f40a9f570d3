/** Word lists behind people.ts. Data only: the commonest family names, given-name characters and forms of address. */

/** Single-character family names: more than 98 % of people. Those that are mostly words (和 来 全 有) are left out. */
export const SURNAMES = new Set(
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂佟应臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩佘池查麻苑迟邝官封谈匡鞠惠荆乐冀胥班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘闻厉仝郜阚花强帅屠豆朴盖练廉禹井漆巴支卿狄平索宣晋初云容敬扈晁芮阙浦伏鹿薄邸雍辜羊乌裘亓邰杭赖洪常丘郁糜木祖亢逄仉邸钭缪水',
)

/** Compound family names. */
export const COMPOUND_SURNAMES =
  '欧阳 上官 司马 诸葛 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 端木 南宫 独孤 轩辕 长孙 宇文 鲜于 闻人 东方 西门 百里 呼延 申屠 澹台 淳于 太史 公羊 钟离 万俟 拓跋 纳兰 完颜'.split(
    ' ',
  )

/** Characters that people are given as names: they tell 李娜 from 李子 and 高明 from 高效. */
export const GIVEN_CHARS = new Set(
  '伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国文志海云龙飞鹏宇浩然晓燕雪慧倩颖莉琳琴玲婷萍梦佳佩俊峰斌彬波博辉晖凯亮林森松柏鑫淼欣怡悦瑶璐洁雯雅思诗涵琪琦瑞祥福贵春夏秋冬生永庆宏弘洪鸿光荣新兴德仁义礼智信忠孝诚恒泽润清源江河湖川山岩石岳峻岭天翔宁安康健康乐喜晨旭阳昊昌盛旺达成功立业学才贤良善美珍珠宝银凤凰鹤鸣翠碧青蓝紫丹彤嘉家齐振东南北西中元亨利贞子梓轩睿哲皓煜炜焕炎焱灿烨兵武威毅坚铁钢锋钧铭锦绣巧妍姗姝媛婉婧娇妮娅蓉蓓蕾薇芬芸芝苗茜莹菲菊萱蔓竹楠桐桦榕栋梁柱树根彦彪虎豹骏麟启开卫民力向前进宗祖耀祺祎禹顺治正义方圆圣全双一可馨香韵音曼尔依伊冰凌寒霜露雨霖沛沐泓洲滨潇澜瀚鹰雁莺书翰墨琛珂玥珊瑜瑾璇钰镇锐钊铮少绍长寿增友朋勤俭惠恩爱爽奇希望晴景智升昭晗朝月星辰光宾宸容宽尚尧岚峥帆帅延廷彰律心怀恺悠情愉愿慈战承拓捷政教敬斐斯旋昂昕普暄曦朗本杨柳桃棠楚欢殿毓沁泉洛浦淑渊渝湘溪滢漫灵炳烈牧犇玮珏琬瓒甜田甫申畅益盈真睦知砚硕祯秉程稷穆竣笑筠简粤纪纯纲绪维绮继续缘罡羽群翀耕聪胜腾自臻至舒航艺艾芮苏若茂范荷莎莲菁萌蒙蕊衡裕言许诺谦贝赫超越跃路轶迅远迪逸道邦郁金鉴铎锡镜闯闻阔雄雷霄霆韬韶顾颂颜飒馥驰高魁黎默鼎小誉冲添茹卉逊吟晏骄傲雍奕弈骁勋懿徽垚煊圳培庭廷营',
)

/** Forms of address of two characters or more that follow a name. Longest first: 总经理 before 总. */
export const LONG_TITLES = [
  '董事长 总经理 副总裁 副主任 副处长 副局长 副院长 副校长 副经理 副部长 副科长 老板娘 工程师 负责人 护士长 秘书长 总工程师',
  '副总 总监 总裁 总工 经理 主任 主管 老师 教授 博士 医生 大夫 护士 部长 处长 局长 科长 厂长 店长 院长 校长 所长',
  '站长 行长 园长 馆长 台长 社长 村长 镇长 县长 市长 区长 会长 班长 队长 组长 股长 司长 厅长 书记 秘书 助理 会计 出纳 律师 师傅 老板 掌柜',
  '先生 女士 小姐 太太 董事 阿姨 叔叔 大哥 大姐 同学 法官 警官 参谋 专员 主席 理事 顾问 法务 同志 老弟 兄弟',
]
  .join(' ')
  .split(' ')

/** One-character forms of address, each with what may not follow, so that 总部 or 工作 is not read as one. */
export const SHORT_TITLES: readonly { title: string; notBefore: string }[] = [
  { title: '总', notBefore: '部共价额数体结算计之包归量线代' },
  { title: '工', notBefore: '作程厂业地资具商单期人序艺会号位时信装种贸行伤' },
  { title: '董', notBefore: '事' },
  { title: '哥', notBefore: '伦' },
  { title: '姐', notBefore: '妹夫' },
  { title: '叔', notBefore: '' },
  { title: '姨', notBefore: '' },
  { title: '嫂', notBefore: '' },
  { title: '局', notBefore: '部面限势' },
  { title: '处', notBefore: '理于在罚方置境分长' },
  { title: '科', notBefore: '技学室研普' },
  { title: '院', notBefore: '士校子' },
  { title: '校', notBefore: '园区内外验准对' },
  { title: '厂', notBefore: '家房里区商' },
  { title: '队', notBefore: '伍员' },
  { title: 'sir', notBefore: '' },
]

/** Name-and-title lookalikes that are ordinary words. */
export const NOT_PEOPLE = new Set(
  '单子 施工 包工 时工 华工 石工 金工 管工 钟工 成工 高科 万科 文科 单科 专科 华科 安科 古董 高校 军校 高院 文院 连队 商队 马队 车队 乐队 何处 应处 路局 华局 米厂 石厂 平局 商院 中院 师哥 师姐 师叔'.split(
    ' ',
  ),
)

/** What follows 小 or 老 in ordinary words, although it begins with a family name (小程序, 老方案, 小时). */
export const NOT_AFTER_NICK =
  /^(时|程序|红书|米(手机|电视|生态)|方案|项目|单子?(位|$)|金额|包装|周期|计|费用|钱包|康(社会|水平)|车(间|辆|位|子)|师(?!傅)|系统|板(?!娘)|外|客户|样|应用|连(接|锁)|门|平台|古|祖|成本|规模|范围|高(层|管|中|潮|峰)|白(鼠|菜|领)|明|官网|曲|麻烦|石头|路|江湖|文档|文件|毛病|管道|家|实|班|查|商品|于(是|我|他|这)|安装|支|平|盘|项)/

/** Capitalised English words that stand where a name could. */
export const NOT_ENGLISH_NAMES = new Set(
  'Excel Word Demo Offer Zoom Teams Crm Erp Saas Api App Salesforce Hubspot Feishu Lark Dingtalk Wecom Wechat Ok Hi Hello Dear Please Thanks Thank The This That We You Our Your Can Could Need Price Quote Trial Budget Poc Pro Plus Max Web Mac Windows Android Ios Linux Oracle Sap Plm Mes Oa Hr It Kpi Roi Sla Email Mail Phone Company Name From To And For Ppt Pdf Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November December Google Amazon Microsoft Apple Shopify Tiktok Facebook Whatsapp Line Bot'.split(
    ' ',
  ),
)
