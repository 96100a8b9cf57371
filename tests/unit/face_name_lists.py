"""Names of shape keys as characters of each kind bring them along, written down from those kinds.

They are no copy of `ml/face/names.json`: each list holds what such a character has, whether or not
anything can be done with it.
"""

ARKIT_RPM = """
browInnerUp browDownLeft browDownRight browOuterUpLeft browOuterUpRight eyeLookUpLeft
eyeLookUpRight eyeLookDownLeft eyeLookDownRight eyeLookInLeft eyeLookInRight eyeLookOutLeft
eyeLookOutRight eyeBlinkLeft eyeBlinkRight eyeSquintLeft eyeSquintRight eyeWideLeft eyeWideRight
cheekPuff cheekSquintLeft cheekSquintRight noseSneerLeft noseSneerRight jawOpen jawForward jawLeft
jawRight mouthFunnel mouthPucker mouthLeft mouthRight mouthRollUpper mouthRollLower
mouthShrugUpper mouthShrugLower mouthClose mouthSmileLeft mouthSmileRight mouthFrownLeft
mouthFrownRight mouthDimpleLeft mouthDimpleRight mouthUpperUpLeft mouthUpperUpRight
mouthLowerDownLeft mouthLowerDownRight mouthPressLeft mouthPressRight mouthStretchLeft
mouthStretchRight tongueOut viseme_sil viseme_PP viseme_FF viseme_TH viseme_DD viseme_kk viseme_CH
viseme_SS viseme_nn viseme_RR viseme_aa viseme_E viseme_I viseme_O viseme_U mouthOpen mouthSmile
eyesClosed eyesLookUp eyesLookDown
"""

VROID = """
Fcl_ALL_Neutral Fcl_ALL_Angry Fcl_ALL_Fun Fcl_ALL_Joy Fcl_ALL_Sorrow Fcl_ALL_Surprised
Fcl_BRW_Angry Fcl_BRW_Fun Fcl_BRW_Joy Fcl_BRW_Sorrow Fcl_BRW_Surprised Fcl_EYE_Natural
Fcl_EYE_Angry Fcl_EYE_Close Fcl_EYE_Close_R Fcl_EYE_Close_L Fcl_EYE_Fun Fcl_EYE_Joy Fcl_EYE_Joy_R
Fcl_EYE_Joy_L Fcl_EYE_Sorrow Fcl_EYE_Surprised Fcl_EYE_Spread Fcl_EYE_Iris_Hide
Fcl_EYE_Highlight_Hide Fcl_MTH_Close Fcl_MTH_Up Fcl_MTH_Down Fcl_MTH_Angry Fcl_MTH_Small
Fcl_MTH_Large Fcl_MTH_Neutral Fcl_MTH_Fun Fcl_MTH_Joy Fcl_MTH_Sorrow Fcl_MTH_Surprised
Fcl_MTH_SkinFung Fcl_MTH_SkinFung_R Fcl_MTH_SkinFung_L Fcl_MTH_A Fcl_MTH_I Fcl_MTH_U Fcl_MTH_E
Fcl_MTH_O Fcl_HA_Hide Fcl_HA_Fung1 Fcl_HA_Short
"""

VROID_OLD = " ".join(f"Face.M_F00_000_00_{name}" for name in VROID.split())

VRM_1 = """
neutral happy angry sad relaxed surprised aa ih ou ee oh blink blinkLeft blinkRight lookUp lookDown
lookLeft lookRight
"""

VRM_0 = """
Neutral A I U E O Blink Joy Angry Sorrow Fun LookUp LookDown LookLeft LookRight Blink_L Blink_R
"""

OCULUS = """
viseme_sil viseme_PP viseme_FF viseme_TH viseme_DD viseme_kk viseme_CH viseme_SS viseme_nn
viseme_RR viseme_aa viseme_E viseme_ih viseme_oh viseme_ou
"""

VRCHAT = """
vrc.v_sil vrc.v_pp vrc.v_ff vrc.v_th vrc.v_dd vrc.v_kk vrc.v_ch vrc.v_ss vrc.v_nn vrc.v_rr vrc.v_aa
vrc.v_e vrc.v_ih vrc.v_oh vrc.v_ou vrc.blink_left vrc.blink_right
"""

METAHUMAN_CURVES = " ".join(
    f"CTRL_expressions_{name}"
    for name in """
browDownL browDownR browLateralL browLateralR browRaiseInL browRaiseInR browRaiseOuterL
browRaiseOuterR earUpL earUpR eyeBlinkL eyeBlinkR eyeLidPressL eyeLidPressR eyeWidenL eyeWidenR
eyeSquintInnerL eyeSquintInnerR eyeCheekRaiseL eyeCheekRaiseR eyeFaceScrunchL eyeFaceScrunchR
eyeUpperLidUpL eyeUpperLidUpR eyeRelaxL eyeRelaxR eyeLowerLidUpL eyeLowerLidUpR eyeLowerLidDownL
eyeLowerLidDownR eyeLookUpL eyeLookUpR eyeLookDownL eyeLookDownR eyeLookLeftL eyeLookLeftR
eyeLookRightL eyeLookRightR eyePupilWideL eyePupilWideR noseWrinkleL noseWrinkleR
noseNostrilDepressL noseNostrilDilateL noseNostrilCompressL mouthCheekSuckL mouthCheekSuckR
mouthCheekBlowL mouthCheekBlowR mouthLipsBlowL mouthLipsBlowR mouthLeft mouthRight mouthUp
mouthDown mouthUpperLipRaiseL mouthUpperLipRaiseR mouthLowerLipDepressL mouthLowerLipDepressR
mouthCornerPullL mouthCornerPullR mouthStretchL mouthStretchR mouthSharpCornerPullL mouthDimpleL
mouthDimpleR mouthCornerDepressL mouthCornerDepressR mouthPressUL mouthPressUR mouthLipsPurseUL
mouthLipsPurseUR mouthLipsPurseDL mouthLipsPurseDR mouthFunnelUL mouthFunnelUR mouthFunnelDL
mouthFunnelDR mouthLipsTogetherUL mouthLipsTogetherUR mouthLipsTogetherDL mouthLipsTogetherDR
mouthUpperLipRollInL mouthUpperLipRollInR mouthLowerLipRollInL mouthLowerLipRollInR jawOpen jawLeft
jawRight jawFwd jawBack jawClenchL jawChinRaiseDL jawChinRaiseDR jawChinRaiseUL tongueOut tongueUp
""".split()
)

METAHUMAN_MESH = " ".join(
    f"head_lod0_mesh__{name}"
    for name in """
brow_down_L brow_down_R brow_raiseIn_L brow_raiseIn_R brow_raiseOuter_L brow_raiseOuter_R
eye_blink_L eye_blink_R eye_widen_L eye_widen_R eye_squintInner_L eye_squintInner_R
eye_cheekRaise_L eye_cheekRaise_R nose_wrinkle_L nose_wrinkle_R mouth_left mouth_right
mouth_upperLipRaise_L mouth_upperLipRaise_R mouth_lowerLipDepress_L mouth_lowerLipDepress_R
mouth_cornerPull_L mouth_cornerPull_R mouth_stretch_L mouth_stretch_R mouth_dimple_L
mouth_dimple_R mouth_cornerDepress_L mouth_cornerDepress_R mouth_funnel_UL mouth_funnel_UR
mouth_funnel_DL mouth_funnel_DR mouth_lipsPurse_UL mouth_lipsPurse_UR mouth_lipsPurse_DL
mouth_lipsPurse_DR jaw_open jaw_fwd jaw_left jaw_right
""".split()
)

FACEIT = " ".join(ARKIT_RPM.split()[:52])

MAKEHUMAN = """
LeftBrowDown RightBrowDown LeftOuterBrowUp RightOuterBrowUp LeftInnerBrowUp RightInnerBrowUp
NoseWrinkler LeftUpperLidOpen RightUpperLidOpen LeftUpperLidClosed RightUpperLidClosed
LeftLowerLidUp RightLowerLidUp LeftEyeDown RightEyeDown LeftEyeUp RightEyeUp LeftEyeturnRight
RightEyeturnRight LeftEyeturnLeft RightEyeturnLeft LeftCheekUp RightCheekUp CheeksPump CheeksSuck
NasolabialDeepener ChinLeft ChinRight ChinDown ChinForward lowerLipUp lowerLipDown lowerLipBackward
lowerLipForward UpperLipUp UpperLipBackward UpperLipForward UpperLipStretched JawDrop
JawDropStretched LipsKiss MouthMoveLeft MouthMoveRight MouthLeftPullUp MouthRightPullUp
MouthLeftPullSide MouthRightPullSide MouthLeftPullDown MouthRightPullDown MouthLeftPlatysma
MouthRightPlatysma TongueOut TongueUshape TongueUp TongueDown TongueLeft TongueRight
TonguePointUp TonguePointDown
"""

MPFB = "Basis " + ARKIT_RPM.strip()[: ARKIT_RPM.strip().index(" mouthOpen")]

ROCKETBOX = (
    " ".join(
        f"blendShape1.AK_{i:02}_{name[0].upper()}{name[1:]}"
        for i, name in enumerate(FACEIT.split())
    )
    + " blendShape1.AA_VI_00_Sil blendShape1.AA_VI_01_PP blendShape1.AU_01_InnerBrowRaiser"
)

CC4 = """
Brow_Raise_Inner_L Brow_Raise_Inner_R Brow_Raise_Outer_L Brow_Raise_Outer_R Brow_Drop_L Brow_Drop_R
Brow_Compress_L Brow_Compress_R Eye_Blink_L Eye_Blink_R Eye_Squint_L Eye_Squint_R Eye_Wide_L
Eye_Wide_R Eye_L_Look_L Eye_R_Look_L Eye_L_Look_R Eye_R_Look_R Eye_L_Look_Up Eye_R_Look_Up
Eye_L_Look_Down Eye_R_Look_Down Eyelash_Upper_Up_L Ear_Up_L Nose_Sneer_L Nose_Sneer_R
Nose_Nostril_Raise_L Nose_Crease_L Cheek_Raise_L Cheek_Raise_R Cheek_Suck_L Cheek_Puff_L
Cheek_Puff_R Mouth_Smile_L Mouth_Smile_R Mouth_Smile_Sharp_L Mouth_Frown_L Mouth_Frown_R
Mouth_Stretch_L Mouth_Stretch_R Mouth_Dimple_L Mouth_Dimple_R Mouth_Press_L Mouth_Press_R
Mouth_Tighten_L Mouth_Blow_L Mouth_Pucker_Up_L Mouth_Pucker_Up_R Mouth_Pucker_Down_L
Mouth_Pucker_Down_R Mouth_Funnel_Up_L Mouth_Funnel_Up_R Mouth_Funnel_Down_L Mouth_Funnel_Down_R
Mouth_Roll_In_Upper_L Mouth_Roll_In_Upper_R Mouth_Roll_In_Lower_L Mouth_Roll_In_Lower_R
Mouth_Roll_Out_Upper_L Mouth_Push_Upper_L Mouth_Up Mouth_Down Mouth_L Mouth_R Mouth_Up_Upper_L
Mouth_Up_Upper_R Mouth_Down_Lower_L Mouth_Down_Lower_R Mouth_Chin_Up Mouth_Close Mouth_Contract
Tongue_Out Jaw_Open Jaw_Forward Jaw_Backward Jaw_L Jaw_R Jaw_Up Neck_Swallow_Up Head_Turn_L
V_Open V_Explosive V_Dental_Lip V_Tight_O V_Tight V_Wide V_Affricate V_Lip_Open V_Tongue_up
"""

CC3 = """
Brow_Raise_Inner_L Brow_Raise_Inner_R Brow_Raise_Outer_L Brow_Raise_Outer_R Brow_Drop_L
Brow_Drop_R Brow_Raise_L Brow_Raise_R Eye_Wide_L Eye_Wide_R Eye_Squint_L Eye_Squint_R Eye_Blink
Eye_Blink_L Eye_Blink_R Nose_Scrunch Nose_Flank_Raise_L Nose_Flank_Raise_R Cheek_Raise_L
Cheek_Raise_R Cheek_Suck Cheek_Blow_L Cheek_Blow_R Mouth_Smile Mouth_Smile_L Mouth_Smile_R
Mouth_Frown Mouth_Frown_L Mouth_Frown_R Mouth_Blow Mouth_Pucker Mouth_Pucker_Open Mouth_Widen
Mouth_Widen_Sides Mouth_Dimple_L Mouth_Dimple_R Mouth_Plosive Mouth_Lips_Tight Mouth_Lips_Tuck
Mouth_Lips_Open Mouth_Lips_Part Mouth_Bottom_Lip_Down Mouth_Top_Lip_Up Mouth_Top_Lip_Under
Mouth_Bottom_Lip_Under Mouth_Snarl_Upper_L Mouth_Snarl_Upper_R Mouth_Snarl_Lower_L
Mouth_Bottom_Lip_Bite Mouth_Down Mouth_Up Mouth_L Mouth_R Mouth_Open Open Explosive Dental_Lip
Tight-O Tight Wide Affricate Lip_Open Tongue_Up Tongue_Out Tongue_Raise
"""
