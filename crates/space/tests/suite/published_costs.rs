//! Costs of the named architectures at the published widths and inputs, as exact integers of the
//! reference implementation (`golden.rs` compares them with its files, and the published masks).

use scalenas_base::Size;
use scalenas_space::cost::cost;
use scalenas_space::{Architecture, SpaceSpec};

/// Preset, input height and width, and architectures with their parameters and multiplications.
type Row = (&'static str, Size, [(&'static str, u64, u64); 3]);

const PUBLISHED: [Row; 6] = [
    (
        "pose_w32",
        Size::new(256, 192),
        [
            ("smallest", 13_631_601, 4_319_576_064),
            ("hrnet", 28_536_113, 7_645_003_776),
            ("largest", 46_839_857, 11_000_709_120),
        ],
    ),
    (
        "pose_w32",
        Size::new(384, 288),
        [
            ("smallest", 13_631_601, 9_719_046_144),
            ("hrnet", 28_536_113, 17_201_258_496),
            ("largest", 46_839_857, 24_751_595_520),
        ],
    ),
    (
        "pose_w48",
        Size::new(256, 192),
        [
            ("smallest", 30_083_009, 8_209_612_800),
            ("hrnet", 63_595_745, 15_691_825_152),
            ("largest", 104_730_977, 23_242_162_176),
        ],
    ),
    (
        "pose_w48",
        Size::new(384, 288),
        [
            ("smallest", 30_083_009, 18_471_628_800),
            ("hrnet", 63_595_745, 35_306_606_592),
            ("largest", 104_730_977, 52_294_864_896),
        ],
    ),
    (
        "segmentation_w32",
        Size::new(1024, 2048),
        [
            ("smallest", 13_857_491, 215_507_533_824),
            ("hrnet", 29_546_515, 361_226_043_392),
            ("largest", 47_850_259, 504_402_804_736),
        ],
    ),
    (
        "segmentation_w48",
        Size::new(1024, 2048),
        [
            ("smallest", 30_583_891, 419_646_406_656),
            ("hrnet", 65_859_379, 747_513_053_184),
            ("largest", 106_994_611, 1_069_660_766_208),
        ],
    ),
];

#[test]
fn named_architectures_cost_what_the_reference_counts() {
    for (preset, input, architectures) in PUBLISHED {
        let space = SpaceSpec::preset(preset).expect("a preset");
        for (name, parameters, macs) in architectures {
            let architecture = Architecture::named(name, &space).expect("a name");
            let cost = cost(&space, &architecture, input).expect("a valid architecture");
            assert_eq!((cost.parameters, cost.macs), (parameters, macs), "{name} {preset}");
        }
    }
}
